/** Durations and moments. */

/** `1:05`, `1:02:07`; negative durations are zero. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const s = String(seconds % 60).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${String(minutes)}:${s}`;
  return `${String(Math.floor(minutes / 60))}:${String(minutes % 60).padStart(2, "0")}:${s}`;
}

/** Date and time in the viewer's language; today's without its date. */
export function moment(at: string, language: string, now = new Date()): string {
  const date = new Date(at);
  const today = date.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat(language, {
    ...(today ? {} : { day: "numeric", month: "short" }),
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }),
    hour: "numeric",
    minute: "2-digit",
  }).format(date);
}

/** Milliseconds as people compare them: `840 ms`, `1.24 s`. */
export function latency(ms: number, language: string): string {
  return ms < 1000
    ? new Intl.NumberFormat(language, { style: "unit", unit: "millisecond", unitDisplay: "short" }).format(ms)
    : new Intl.NumberFormat(language, {
        style: "unit",
        unit: "second",
        unitDisplay: "short",
        maximumFractionDigits: 2,
      }).format(ms / 1000);
}
