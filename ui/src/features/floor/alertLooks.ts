/** How each kind of alert looks, and which alert is the newest. */
import type { Alert, AlertKind, LiveCall } from "@/api/types";
import {
  IconAlertTriangle,
  IconArrowsExchange,
  IconClock,
  IconHourglass,
  IconMessageDots,
  IconVolumeOff,
} from "@/components/icons";

export const alertIcons = {
  keyword: IconMessageDots,
  sentiment: IconAlertTriangle,
  silence: IconVolumeOff,
  cross_talk: IconArrowsExchange,
  long_hold: IconHourglass,
  long_call: IconClock,
} as const satisfies Record<AlertKind, unknown>;

/** What the customer said or feels is graver than a figure that was passed. */
export const alertTone = (kind: AlertKind): "bad" | "wait" =>
  kind === "keyword" || kind === "sentiment" ? "bad" : "wait";

/** Those nobody has seen to yet, newest first. */
export function openAlerts(calls: Iterable<LiveCall>): Alert[] {
  return [...calls]
    .flatMap(({ alerts }) => alerts)
    .filter(({ acknowledged }) => acknowledged === null)
    .sort((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1));
}

/** The one that a call's row shows: the newest that nobody has seen to, else the newest. */
export function shownAlert(alerts: readonly Alert[]): Alert | undefined {
  return alerts.findLast(({ acknowledged }) => acknowledged === null) ?? alerts.at(-1);
}
