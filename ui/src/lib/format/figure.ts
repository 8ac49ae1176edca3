/** A figure as text: durations, percentages and counts, each with the same width of digits. */
import { duration } from "./time";

export type Shown = "count" | "time" | "percent";

/** A dash where there is nothing to divide by. */
export function showFigure(value: number | null, shown: Shown, language: string): string {
  if (value === null) return "–";
  // Rounded as people reckon: 19.6 s are 20, and not in time for 19.
  if (shown === "time") return duration(Math.round(value / 1000) * 1000);
  if (shown === "count") return new Intl.NumberFormat(language).format(value);
  return new Intl.NumberFormat(language, {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(value / 100);
}
