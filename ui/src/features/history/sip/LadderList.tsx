/** The ladder: a column for each party, an arrow for each message. One row is chosen; arrow keys move the choice. */
import { type KeyboardEvent, useRef } from "react";
import { useTranslation } from "react-i18next";

import { IconAlertTriangle, IconCheck, IconKey, IconRefresh, IconRoute } from "@/components/icons";
import { duration, latency } from "@/lib/format/time";

import type { Column, Kind, Step } from "./ladder";
import classes from "./Sip.module.css";

interface Props {
  columns: readonly Column[];
  names: readonly string[];
  steps: readonly Step[];
  /** Position of the chosen message. */
  chosen: number;
  onChoose: (position: number) => void;
}

/** A pause that one should see. */
const pauseMs = 1_500;

const marks: Partial<Record<Kind, typeof IconCheck>> = {
  success: IconCheck,
  redirect: IconRoute,
  challenge: IconKey,
  refusal: IconAlertTriangle,
};

export function LadderList({ columns, names, steps, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const at = steps.findIndex(({ message }) => message.position === chosen);
    const last = steps.length - 1;
    const targets: Record<string, number> = {
      ArrowDown: Math.min(at + 1, last),
      ArrowUp: Math.max(at - 1, 0),
      PageDown: Math.min(at + 10, last),
      PageUp: Math.max(at - 10, 0),
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    const step = target === undefined ? undefined : steps[target];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    onChoose(step.message.position);
    list.current?.querySelectorAll<HTMLElement>("[role=option]")[target ?? 0]?.focus();
  };
  const minWidth = `${String(130 + columns.length * 130)}px`;
  return (
    <div className={classes.ladder}>
      <div className={classes.heads} style={{ minWidth }} aria-hidden>
        <span className={classes.time}>{t("sip.since")}</span>
        <span className={classes.delta}>{t("sip.delta")}</span>
        <div
          className={classes.names}
          style={{ gridTemplateColumns: `repeat(${String(columns.length)}, 1fr)` }}
        >
          {columns.map(({ address, party }, index) => (
            <span key={party + address} data-us={party === "us" || undefined}>
              <b>{names[index]}</b>
              <small>{address}</small>
            </span>
          ))}
        </div>
      </div>
      <div
        ref={list}
        role="listbox"
        aria-label={t("sip.list")}
        tabIndex={-1}
        style={{ minWidth }}
        onKeyDown={move}
      >
        {steps.map((step) => (
          <Row
            key={step.message.position}
            step={step}
            columns={columns.length}
            names={names}
            chosen={step.message.position === chosen}
            onChoose={onChoose}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  step: Step;
  columns: number;
  names: readonly string[];
  chosen: boolean;
  onChoose: (position: number) => void;
}

function Row({ step, columns, names, chosen, onChoose }: RowProps) {
  const { t, i18n } = useTranslation();
  const { message, kind, from, to, sinceMs, deltaMs } = step;
  const centre = (column: number) => ((column + 0.5) / columns) * 100;
  const pause = deltaMs !== null && deltaMs >= pauseMs ? deltaMs : null;
  const Mark = marks[kind];
  const label = t("sip.row", {
    since: latency(sinceMs, i18n.language),
    from: names[from],
    to: names[to],
    message: message.summary,
  });
  const extras = [
    message.session_description && t("sip.withSdp"),
    message.retransmission && t("sip.retransmission"),
  ].filter(Boolean);
  return (
    // Keys are the list's.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      role="option"
      aria-selected={chosen}
      aria-label={[label, ...extras].join(", ")}
      tabIndex={chosen ? 0 : -1}
      className={classes.row}
      data-pause={pause !== null || undefined}
      onClick={() => {
        onChoose(message.position);
      }}
    >
      <span className={classes.time}>{clock(sinceMs)}</span>
      <span className={classes.delta}>{deltaMs === null ? "" : `+${(deltaMs / 1000).toFixed(3)}`}</span>
      <div className={classes.lanes}>
        {names.map((_, column) => (
          <i key={column} className={classes.life} style={{ left: `${String(centre(column))}%` }} />
        ))}
        {pause !== null && (
          <span className={classes.pause} style={{ left: `${String(centre((from + to) / 2))}%` }}>
            {latency(pause, i18n.language)}
          </span>
        )}
        <span
          className={classes.arrow}
          data-kind={kind}
          data-way={to > from ? "right" : "left"}
          data-again={message.retransmission || undefined}
          style={{
            left: `${String(centre(Math.min(from, to)))}%`,
            width: `${String(Math.abs(centre(to) - centre(from)))}%`,
          }}
        >
          <span className={classes.label}>
            {Mark !== undefined && <Mark size={13} stroke={2.2} aria-hidden />}
            <span className={classes.words}>{message.summary}</span>
            {message.session_description && <em>{t("sip.sdp")}</em>}
            {message.retransmission && (
              <em data-tone="wait">
                <IconRefresh size={11} aria-hidden /> {t("sip.again")}
              </em>
            )}
          </span>
        </span>
      </div>
    </div>
  );
}

/** `0.512`, and `1:05.120` from the first minute on. */
export function clock(ms: number): string {
  if (ms < 60_000) return (ms / 1000).toFixed(3);
  return `${duration(ms)}.${String(Math.floor(ms) % 1000).padStart(3, "0")}`;
}
