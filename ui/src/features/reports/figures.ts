/** Figures as they are shown: durations, percentages and counts, each with the same width of digits. */
import type { AgentFigures, QueueFigures } from "@/api/types";
import type { Shown } from "@/lib/format/figure";

export interface Figure<Of> {
  name: string;
  shown: Shown;
  value: (of: Of) => number | null;
}

export const queueFigures = [
  { name: "offered", shown: "count", value: (of) => of.offered },
  { name: "answered", shown: "count", value: (of) => of.answered },
  { name: "inTime", shown: "count", value: (of) => of.answered_in_time },
  { name: "abandoned", shown: "count", value: (of) => of.abandoned },
  {
    name: "overflowed",
    shown: "count",
    value: (of) => Object.values(of.overflowed).reduce((sum, count) => sum + count, 0),
  },
  { name: "level", shown: "percent", value: (of) => of.service_level_percent },
  { name: "asa", shown: "time", value: (of) => of.asa_ms },
  { name: "longest", shown: "time", value: (of) => of.longest_wait_ms },
  { name: "abandonWait", shown: "time", value: (of) => of.average_abandon_wait_ms },
  { name: "aht", shown: "time", value: (of) => of.aht_ms },
  { name: "talk", shown: "time", value: (of) => of.average_talk_ms },
  { name: "missed", shown: "count", value: (of) => of.missed },
  { name: "declined", shown: "count", value: (of) => of.declined },
] as const satisfies readonly Figure<QueueFigures>[];

export const agentFigures = [
  { name: "signedIn", shown: "time", value: (of) => of.signed_in_ms },
  { name: "ready", shown: "time", value: (of) => of.ready_ms },
  { name: "ringing", shown: "time", value: (of) => of.offered_ms },
  { name: "busy", shown: "time", value: (of) => of.busy_ms },
  { name: "wrapUp", shown: "time", value: (of) => of.wrap_up_ms },
  { name: "paused", shown: "time", value: (of) => of.paused_ms },
  { name: "occupancy", shown: "percent", value: (of) => of.occupancy_percent },
  { name: "taken", shown: "count", value: (of) => of.taken },
  { name: "missed", shown: "count", value: (of) => of.missed },
  { name: "declined", shown: "count", value: (of) => of.declined },
  { name: "transferred", shown: "count", value: (of) => of.transferred },
  { name: "talk", shown: "time", value: (of) => of.average_talk_ms },
  { name: "averageWrapUp", shown: "time", value: (of) => of.average_wrap_up_ms },
] as const satisfies readonly Figure<AgentFigures>[];

/** The day of a moment in a time zone, as a date field has it. */
export const dayOf = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(at);

/** When an interval begins, in the organisation's time zone. */
export const begins = (from: string, interval: string, timeZone: string, language: string): string =>
  new Intl.DateTimeFormat(language, {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(interval === "day" ? {} : { hour: "numeric", minute: "2-digit" }),
  }).format(new Date(from));
