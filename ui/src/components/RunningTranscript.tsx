/** What the live store knows was said in a call; follows the end unless the reader scrolled away from it. */
import { Button } from "@mantine/core";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Call } from "@/api/types";
import { useWatch } from "@/lib/live/current";
import { useLive } from "@/lib/live/store";
import { timeline } from "@/lib/timeline";

import { Loading } from "./Loading";
import classes from "./RunningTranscript.module.css";
import lines from "./Transcript.module.css";
import { TranscriptLine } from "./TranscriptLine";
import { TranscriptMark } from "./TranscriptMark";

const none: never[] = [];
/** Closer to the end than this, the reader is at it. */
const nearPx = 48;

interface Props {
  call: Call;
  /** What was said before is still being read. */
  pending?: boolean;
}

export function RunningTranscript({ call, pending = false }: Props) {
  const { t } = useTranslation();
  useWatch(call.ended_at === null ? call.id : null);
  const items = useLive((state) => state.items.get(call.id)) ?? none;
  const marks = useLive((state) => state.marks.get(call.id)) ?? none;
  const interims = useLive((state) => state.interims.get(call.id)) ?? none;
  const entries = useMemo(() => timeline(items, marks), [items, marks]);
  const scroll = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);

  useLayoutEffect(() => {
    const box = scroll.current;
    if (following && box !== null) box.scrollTop = box.scrollHeight;
  }, [entries, interims, following]);

  return (
    <div className={classes.transcript}>
      <div
        ref={scroll}
        className={classes.scroll}
        role="region"
        aria-label={t("transcript.label")}
        // A region that scrolls has to be reachable by keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onScroll={({ currentTarget: box }) => {
          setFollowing(box.scrollHeight - box.scrollTop - box.clientHeight < nearPx);
        }}
      >
        <div className={classes.column}>
          {pending && entries.length === 0 && <Loading rows={4} height={28} />}
          {!pending && entries.length === 0 && interims.length === 0 && (
            <p className={lines.mark}>
              {t(call.answered_at === null ? "transcript.notAnswered" : "transcript.nothing")}
            </p>
          )}
          <div role="log" aria-live="polite" aria-relevant="additions" aria-label={t("transcript.label")}>
            {entries.map((entry) =>
              entry.kind === "line" ? (
                <TranscriptLine key={entry.key} item={entry.item} />
              ) : (
                <TranscriptMark key={entry.key} entry={entry} />
              ),
            )}
          </div>
          {interims.map(({ speaker, text }) => (
            // Half sentences change many times a second: readers of the screen hear the whole one.
            <div key={speaker} className={lines.line} data-speaker={speaker} aria-hidden>
              <span className={lines.name}>{speakerName(call, speaker) ?? t(`speaker.${speaker}`)}</span>
              <span className={lines.interim}>{text}</span>
            </div>
          ))}
        </div>
      </div>
      {!following && (
        <Button
          size="compact-sm"
          className={classes.latest}
          onClick={() => {
            setFollowing(true);
          }}
        >
          {t("transcript.latest")}
        </Button>
      )}
    </div>
  );
}

const speakerName = (call: Call, speaker: string): string | null =>
  speaker === "customer" ? call.customer_name : speaker === "person" ? call.floor.name : null;
