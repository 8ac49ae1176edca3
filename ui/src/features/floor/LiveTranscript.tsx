/** What is being said, as it is said; follows the end unless the reader scrolled away from it. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { eventsQuery, transcriptQuery } from "@/api/calls";
import type { Call } from "@/api/types";
import { Loading } from "@/components/Loading";
import lines from "@/components/Transcript.module.css";
import { TranscriptLine } from "@/components/TranscriptLine";
import { TranscriptMark } from "@/components/TranscriptMark";
import { useWatch } from "@/lib/live/current";
import { live, useLive } from "@/lib/live/store";
import { timeline } from "@/lib/timeline";

import classes from "./CallPanel.module.css";

const noItems: never[] = [];

export function LiveTranscript({ call }: { call: Call }) {
  const { t } = useTranslation();
  const pending = useSeed(call.id);
  useWatch(call.ended_at === null ? call.id : null);
  const items = useLive((state) => state.items.get(call.id)) ?? noItems;
  const marks = useLive((state) => state.marks.get(call.id)) ?? noItems;
  const interims = useLive((state) => state.interims.get(call.id)) ?? noItems;
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
          setFollowing(box.scrollHeight - box.scrollTop - box.clientHeight < 48);
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

/** Reads what was said before this window watched, and again after messages were lost. */
function useSeed(id: string): boolean {
  const generation = useLive((state) => state.generation);
  const items = useQuery({ ...transcriptQuery(id), staleTime: 0 });
  const events = useQuery({ ...eventsQuery(id), staleTime: 0 });
  useEffect(() => {
    if (items.data !== undefined && events.data !== undefined) live.seed(id, items.data, events.data);
  }, [id, generation, items.data, events.data]);
  return items.isPending || events.isPending;
}
