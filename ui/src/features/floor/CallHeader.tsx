/** Who is on the line, who holds the floor, how long, and how good the line is. */
import { ActionIcon } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { assistantsQuery } from "@/api/assistants";
import type { Call, LiveCall } from "@/api/types";
import { customerNumber, liveState } from "@/components/callState";
import { IconArrowLeft } from "@/components/icons";
import { StateBadge } from "@/components/StateBadge";
import { Timer } from "@/components/Timer";
import { showNumber } from "@/lib/format/number";

import classes from "./CallPanel.module.css";
import { LineQuality } from "@/components/LineQuality";
import { QueueNote } from "./QueueNote";

interface Props {
  live: LiveCall;
  onClose: (id: undefined) => void;
}

export function CallHeader({ live, onClose }: Props) {
  const { t } = useTranslation();
  const { call, quality, supervisors, queue } = live;
  const { data: assistants } = useQuery(assistantsQuery);
  const number = showNumber(customerNumber(call));
  const assistant = assistants?.find(({ id }) => id === call.assistant)?.name ?? call.assistant;
  const watching = supervisors.filter(({ mode }) => mode !== "floor" && mode !== "left");
  return (
    <header className={classes.header}>
      <ActionIcon
        variant="subtle"
        color="gray"
        c="var(--ink-2)"
        aria-label={t("floor.back")}
        onClick={() => {
          onClose(undefined);
        }}
      >
        <IconArrowLeft size={18} />
      </ActionIcon>
      <h2 className={classes.title}>{call.customer_name ?? number}</h2>
      <StateBadge state={liveState(live)} />
      {call.floor.holder === "person" && <span>{call.floor.name}</span>}
      <span className={classes.timer}>
        <Timer call={call} />
      </span>
      <div className={classes.facts}>
        <span>
          {t(`direction.${call.direction}`)} <b>{number}</b>
        </span>
        {assistant !== null && (
          <span>
            {t("floor.assistant")} <b>{assistant}</b>
          </span>
        )}
        {queue !== null && queue.queue !== "" && (
          <span>
            {t("queues.queue")} <QueueNote queue={queue} />
          </span>
        )}
        {call.recording !== null && <RecordingNote state={call.recording.state} />}
        {quality !== null && <LineQuality quality={quality} />}
        {watching.map(({ user, name, mode }) => (
          <span key={user}>{t(`floor.watching.${mode as "listen" | "whisper" | "barge"}`, { name })}</span>
        ))}
      </div>
    </header>
  );
}

/** Whether what is said now is kept, where it is not. */
function RecordingNote({ state }: { state: NonNullable<Call["recording"]>["state"] }) {
  const { t } = useTranslation();
  if (state === "recording" || state === "complete") return null;
  return (
    <b role="status" data-tone="warn" style={{ color: "var(--tone)" }}>
      {t(`floor.recording.${state}`)}
    </b>
  );
}
