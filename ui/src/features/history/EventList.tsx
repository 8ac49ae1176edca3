/** Everything that happened in a call, with its moment. */
import { useTranslation } from "react-i18next";

import type { CallEvent } from "@/api/types";
import { Card } from "@/components/Card";

import classes from "./CallScreen.module.css";

export function EventList({ events }: { events: readonly CallEvent[] }) {
  const { t, i18n } = useTranslation();
  const time = new Intl.DateTimeFormat(i18n.language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 2,
    hourCycle: "h23",
  });
  const shown = events.filter(({ kind }) => !unseen.includes(kind));
  if (shown.length === 0) return null;
  return (
    <Card title={t("events.title")}>
      {/* A list that scrolls has to be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <ul className={classes.events} tabIndex={0} aria-label={t("events.title")}>
        {shown.map((event) => (
          <li key={event.seq}>
            <time dateTime={event.at}>{time.format(new Date(event.at))}</time>
            <span>
              {t(`events.${event.kind.replace(".", "_") as EventWord}`)} {particulars(event)}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

type Unseen = "transcript.item" | "config.changed" | "retention.swept" | "agent.state" | "agent.queues";
const unseen: readonly CallEvent["kind"][] = [
  "transcript.item",
  "config.changed",
  "retention.swept",
  "agent.state",
  "agent.queues",
];
type Shown = Exclude<CallEvent["kind"], Unseen>;
type Underscored<K> = K extends `${infer A}.${infer B}` ? `${A}_${B}` : never;
type EventWord = Underscored<Shown>;

const seconds = (ms: number): string => `${String(Math.round(ms / 1000))} s`;

function particulars(event: CallEvent): string {
  switch (event.kind) {
    case "call.created":
    case "call.updated":
    case "call.ended":
    case "call.analyzed":
      return `· ${event.data.status.replaceAll("_", " ")}`;
    case "floor.changed":
      return `· ${event.data.floor.name ?? event.data.floor.holder} · ${event.data.reason.replaceAll("_", " ")}`;
    case "floor.silenced":
    case "floor.audible":
      return `· ${String(event.data.after_ms)} ms`;
    case "transfer.changed":
      return `· ${event.data.transfer.name} · ${event.data.transfer.state.replaceAll("_", " ")}`;
    case "queue.answered":
      return `· ${seconds(event.data.waited_ms)}`;
    case "queue.left":
      return `· ${event.data.why.replaceAll("_", " ")} · ${seconds(event.data.waited_ms)}`;
    case "queue.offer_ended":
      return `· ${event.data.why.replaceAll("_", " ")}`;
    case "queue.reordered":
      return `· ${event.data.how.replaceAll("_", " ")}`;
    case "callback.changed": {
      const { state, reason } = event.data.callback;
      return `· ${state}${reason === null ? "" : ` · ${reason.replaceAll("_", " ")}`}`;
    }
    case "call.disposed":
      return `· ${event.data.disposition}`;
    case "supervision.changed":
      return `· ${event.data.name} · ${event.data.mode}`;
    case "tool.used":
      return `· ${event.data.name}${event.data.ok ? "" : " ✗"}`;
    case "provider.failed":
      return `· ${event.data.provider} · ${event.data.operation}`;
    case "recording.paused":
      return event.data.card_number ? "" : `· ${event.data.name}`;
    case "recording.started":
    case "alert.acknowledged":
      return `· ${event.data.name}`;
    case "alert.raised":
      return `· ${event.data.rule ?? event.data.kind.replaceAll("_", " ")}`;
    case "alert.cleared":
      return `· ${event.data.alert_kind.replaceAll("_", " ")}`;
    case "recording.resumed":
      return event.data.automatic ? "" : `· ${event.data.name}`;
    case "recording.failed":
      return `· ${event.data.state.replaceAll("_", " ")}`;
    case "conference.joined":
    case "conference.started":
      return `· ${event.data.name}`;
    case "conference.left":
    case "conference.ended":
      return `· ${event.data.name} · ${event.data.why.replaceAll("_", " ")}`;
    case "conference.muted":
      return `· ${event.data.name} · ${event.data.muted ? "on" : "off"}`;
    case "voicemail.left":
      return `· ${(event.data.duration_ms / 1000).toFixed(0)} s`;
    default:
      return "";
  }
}
