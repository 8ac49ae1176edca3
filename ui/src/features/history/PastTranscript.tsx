/** The transcript in step with the recording: the line being played is lit, a click on a time plays from there. */
import { Text } from "@mantine/core";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { TranscriptLine } from "@/components/TranscriptLine";
import { TranscriptMark } from "@/components/TranscriptMark";
import type { Entry } from "@/lib/timeline";

import { type Playback, useClock } from "./usePlayback";

interface Props {
  entries: readonly Entry[];
  playback: Playback;
  onSeek: ((ms: number) => void) | undefined;
}

export function PastTranscript({ entries, playback, onSeek }: Props) {
  const { t } = useTranslation();
  const current = useClock(playback.clock, (ms) => (ms === 0 ? null : lineAt(entries, ms)));
  if (entries.length === 0) return <Text c="dimmed">{t("transcript.empty")}</Text>;
  return <Lines entries={entries} current={current} onSeek={onSeek} />;
}

/** The line that is spoken at this moment, or the last one before it. */
export function lineAt(entries: readonly Entry[], ms: number): string | null {
  let found: string | null = null;
  for (const entry of entries) {
    if (entry.atMs > ms) break;
    if (entry.kind === "line") found = entry.key;
  }
  return found;
}

type LinesProps = Pick<Props, "entries" | "onSeek"> & { current: string | null };

const Lines = memo(function Lines({ entries, current, onSeek }: LinesProps) {
  return (
    <div>
      {entries.map((entry) =>
        entry.kind === "line" ? (
          <TranscriptLine
            key={entry.key}
            item={entry.item}
            current={entry.key === current}
            {...(onSeek === undefined ? {} : { onSeek })}
          />
        ) : (
          <TranscriptMark key={entry.key} entry={entry} />
        ),
      )}
    </div>
  );
});
