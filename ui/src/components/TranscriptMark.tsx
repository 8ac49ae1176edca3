/** Something that happened between two lines: the floor changed hands, a tool was used, the customer opted out. */
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { duration, latency } from "@/lib/format/time";
import type { Entry } from "@/lib/timeline";

import {
  IconAlertTriangle,
  IconArrowsExchange,
  IconBan,
  IconBell,
  IconDialpad,
  IconKeyboard,
  IconPhonePause,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerRecord,
  IconTool,
} from "./icons";
import classes from "./Transcript.module.css";

type MarkEntry = Entry & { kind: "mark" };

const icons = {
  "floor.changed": IconArrowsExchange,
  "tool.used": IconTool,
  "opt_out.recorded": IconBan,
  "key.pressed": IconKeyboard,
  "provider.failed": IconAlertTriangle,
  "supervision.changed": IconArrowsExchange,
  "transfer.changed": IconArrowsExchange,
  "hold.changed": IconPhonePause,
  "keys.sent": IconDialpad,
  "recording.paused": IconPlayerPause,
  "recording.resumed": IconPlayerPlay,
  "recording.failed": IconAlertTriangle,
  "recording.started": IconPlayerRecord,
  "alert.raised": IconBell,
} as const;

export const TranscriptMark = memo(function TranscriptMark({ entry }: { entry: MarkEntry }) {
  const text = useMarkText(entry);
  const Icon = icons[entry.event.kind];
  const bad = ["provider.failed", "opt_out.recorded", "recording.failed", "alert.raised"].includes(
    entry.event.kind,
  );
  return (
    <p
      className={classes.mark}
      data-tone={bad ? "bad" : entry.event.kind === "floor.changed" ? "person" : "quiet"}
    >
      <Icon size={15} aria-hidden />
      <span>{text}</span>
      <time>{duration(entry.atMs)}</time>
    </p>
  );
});

function useMarkText({ event, silencedMs, audibleMs }: MarkEntry): string {
  const { t, i18n } = useTranslation();
  switch (event.kind) {
    case "floor.changed": {
      const { floor } = event.data;
      const parts = [t(`mark.floor.${floor.holder}`, { name: floor.name ?? "" })];
      if (silencedMs !== undefined)
        parts.push(t("mark.silenced", { time: latency(silencedMs, i18n.language) }));
      if (audibleMs !== undefined) parts.push(t("mark.audible", { time: latency(audibleMs, i18n.language) }));
      return parts.join(" · ");
    }
    case "tool.used":
      return t(event.data.ok ? "mark.tool" : "mark.toolFailed", { name: event.data.name });
    case "opt_out.recorded":
      return t("mark.optOut");
    case "hold.changed":
      return t(event.data.held ? "mark.held" : "mark.resumed");
    case "keys.sent":
      return t("mark.keysSent", { count: event.data.count });
    case "key.pressed":
      return t("mark.key");
    case "provider.failed":
      return t("mark.provider", { provider: event.data.provider, operation: event.data.operation });
    case "recording.paused":
      return event.data.card_number
        ? t("mark.recordingPausedForCard")
        : t("mark.recordingPaused", { name: event.data.name });
    case "recording.started":
      return t("mark.recordingStarted", { name: event.data.name });
    case "alert.raised":
      return t("mark.alert", { what: event.data.rule ?? t(`alerts.kinds.${event.data.kind}`) });
    case "recording.resumed":
      return event.data.automatic
        ? t("mark.recordingResumedItself")
        : t("mark.recordingResumed", { name: event.data.name });
    case "recording.failed":
      return t(`mark.recordingFailed.${event.data.state === "incomplete" ? "incomplete" : "notRecorded"}`);
    case "transfer.changed":
      return t(`mark.transfer.${event.data.transfer.state}`, { name: event.data.transfer.name });
    case "supervision.changed":
      return t(`mark.supervision.${event.data.mode}`, { name: event.data.name });
  }
}
