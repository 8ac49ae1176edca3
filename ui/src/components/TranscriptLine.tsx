/** One line of a transcript: who, when, what was heard, and what was meant where it was cut short. */
import { Collapse, UnstyledButton } from "@mantine/core";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { TranscriptItem } from "@/api/types";
import { duration } from "@/lib/format/time";
import { unheard } from "@/lib/timeline";

import { IconChevronDown } from "./icons";
import classes from "./Transcript.module.css";

interface Props {
  item: TranscriptItem;
  /** Seeks the recording, where there is one. */
  onSeek?: (ms: number) => void;
  current?: boolean;
}

const tones = { customer: "quiet", assistant: "ai", person: "person", system: "quiet" } as const;

export const TranscriptLine = memo(function TranscriptLine({ item, onSeek, current = false }: Props) {
  const { t } = useTranslation();
  if (item.speaker === "system") return <p className={classes.mark}>{item.text}</p>;
  const time = duration(item.start_ms);
  const name = item.speaker_name ?? t(`speaker.${item.speaker}`);
  return (
    <div
      id={`item-${item.id}`}
      className={classes.line}
      data-speaker={item.speaker}
      data-tone={tones[item.speaker]}
      data-quiet={item.acknowledgement || undefined}
      data-current={current || undefined}
      aria-current={current || undefined}
    >
      <div className={classes.who}>
        <span className={classes.name}>{name}</span>
        {onSeek === undefined ? (
          <time className={classes.time}>{time}</time>
        ) : (
          <button
            type="button"
            className={classes.seek}
            onClick={() => {
              onSeek(item.start_ms);
            }}
            aria-label={t("transcript.seek", { time })}
          >
            {time}
          </button>
        )}
      </div>
      <div className={classes.said}>
        <span>{item.text}</span>
        {item.acknowledgement && <span className={classes.tag}>{t("transcript.acknowledgement")}</span>}
        {item.interrupted && <Interrupted item={item} />}
      </div>
    </div>
  );
});

function Interrupted({ item }: { item: TranscriptItem }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const rest = unheard(item);
  if (rest === "") return <span className={classes.tag}>{t("transcript.interrupted")}</span>;
  return (
    <>
      <UnstyledButton
        className={classes.cut}
        aria-expanded={open}
        title={rest}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {t("transcript.interrupted")}
        <IconChevronDown size={12} aria-hidden data-open={open || undefined} />
      </UnstyledButton>
      <Collapse expanded={open}>
        <span className={classes.unheard}>
          <strong>{t("transcript.unheard")}</strong> {rest}
        </span>
      </Collapse>
    </>
  );
}
