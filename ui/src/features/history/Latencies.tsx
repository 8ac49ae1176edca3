/** How long the customer waited for each answer, and where the time went. */
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Call, TranscriptItem, TurnLatency } from "@/api/types";
import { Card } from "@/components/Card";
import { duration, latency } from "@/lib/format/time";

import classes from "./Latencies.module.css";

interface Props {
  items: readonly TranscriptItem[];
  summary: Call["latency"];
  onSeek: ((ms: number) => void) | undefined;
}

const stages = [
  "final",
  "committed",
  "first_token",
  "first_sentence",
  "first_audio",
  "first_packet",
] as const;
type Stage = (typeof stages)[number];

export interface Segment {
  stage: Stage;
  fromMs: number;
  toMs: number;
}

/** The turn's timeline as segments end to end; stages that were not measured are left out. */
export function segments(turn: TurnLatency): Segment[] {
  const parts: Segment[] = [];
  let fromMs = 0;
  for (const stage of stages) {
    const toMs = turn[`${stage}_ms`];
    // A stage may be over before the one in front of it (a reply begun ahead of time).
    if (toMs === null || toMs <= fromMs) continue;
    parts.push({ stage, fromMs, toMs });
    fromMs = toMs;
  }
  return parts;
}

export function Latencies({ items, summary, onSeek }: Props) {
  const { t, i18n } = useTranslation();
  const turns = items.flatMap((item) => {
    const parts = item.latency === null ? [] : segments(item.latency);
    return parts.length === 0 ? [] : [{ item, parts, total: parts.at(-1)?.toMs ?? 0 }];
  });
  if (turns.length === 0) return null;
  const longest = Math.max(...turns.map(({ total }) => total));
  const show = (ms: number) => latency(ms, i18n.language);
  return (
    <Card title={t("latency.title")} hint={t("latency.hint")}>
      {summary !== null && (
        <Text size="sm">
          {t("latency.summary", { p50: show(summary.response_p50_ms), max: show(summary.response_max_ms) })}
        </Text>
      )}
      <ul className={classes.legend} aria-hidden>
        {stages.map((stage) => (
          <li key={stage}>
            <i data-stage={stage} />
            {t(`latency.stages.${stage}`)}
          </li>
        ))}
      </ul>
      <ol className={classes.turns}>
        {turns.map(({ item, parts, total }) => (
          <li key={item.id}>
            {onSeek === undefined ? (
              <span className={classes.time}>{duration(item.start_ms)}</span>
            ) : (
              <button
                type="button"
                className={classes.time}
                onClick={() => {
                  onSeek(item.start_ms);
                }}
              >
                {duration(item.start_ms)}
              </button>
            )}
            <span className={classes.track}>
              {parts.map(({ stage, fromMs, toMs }) => (
                <i
                  key={stage}
                  data-stage={stage}
                  title={`${t(`latency.stages.${stage}`)}: ${show(toMs - fromMs)}`}
                  style={{ width: `${String(((toMs - fromMs) / longest) * 100)}%` }}
                />
              ))}
            </span>
            <span className={classes.total}>{show(total)}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
