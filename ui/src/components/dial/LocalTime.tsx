/** What time it is where a number rings; a country of several zones has a span. */
import { useTranslation } from "react-i18next";

import { IconClock, IconMoon } from "../icons";
import type { Clock } from "@/lib/dial/reading";

import classes from "./Dial.module.css";
import { useReading } from "./useReading";

export function useClockText(): (clocks: readonly Clock[]) => string {
  const { t } = useTranslation();
  const one = ({ shown, day }: Clock) => (day === null ? shown : t("dial.onDay", { day, time: shown }));
  return (clocks) => {
    const [first, last] = [clocks[0], clocks.at(-1)];
    if (first === undefined || last === undefined) return "";
    if (first === last) return one(first);
    return t("dial.span", { from: one(first), to: first.day === last.day ? last.shown : one(last) });
  };
}

/** The local time of a number that is known; nothing where its country is not. */
export function LocalTime({ number }: { number: string }) {
  const { t } = useTranslation();
  const { clocks, outside } = useReading(number);
  const text = useClockText();
  if (clocks.length === 0) return null;
  const Icon = outside === "no" ? IconClock : IconMoon;
  return (
    <span className={classes.time} {...(outside === "no" ? {} : { "data-tone": "wait" })}>
      <Icon size={15} aria-hidden /> {text(clocks)}
      {outside !== "no" && <span className="visually-hidden"> {t("dial.outsideShort")}</span>}
    </span>
  );
}
