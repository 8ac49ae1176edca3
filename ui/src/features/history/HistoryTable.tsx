/** Past calls as rows; only what is in view is in the document, and the next page is fetched at the end. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { Link } from "@tanstack/react-router";
import { memo, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Assistant, Call } from "@/api/types";
import { callState, customerNumber } from "@/components/callState";
import { Disposition } from "@/components/Disposition";
import { StateBadge } from "@/components/StateBadge";
import { Timer } from "@/components/Timer";
import { DialNumber } from "@/components/dial/DialNumber";
import { showNumber } from "@/lib/format/number";
import { moment } from "@/lib/format/time";

import classes from "./HistoryTable.module.css";

interface Props {
  rows: readonly Call[];
  assistants: readonly Assistant[];
  more: boolean;
  loading: boolean;
  onMore: () => void;
}

const columns = ["when", "customer", "status", "assistant", "length", "outcome"] as const;
const rowHeight = 48;

export function HistoryTable({ rows, assistants, more, loading, onMore }: Props) {
  const { t } = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loading && last >= rows.length - 15) onMore();
  }, [more, loading, last, rows.length, onMore]);
  const names = new Map(assistants.map(({ id, name }) => [id, name]));
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls needs the keyboard
    <div ref={scroll} className={classes.scroll} role="region" aria-label={t("nav.history")} tabIndex={0}>
      <div role="table" aria-label={t("nav.history")} aria-rowcount={more ? -1 : rows.length + 1}>
        <div role="rowgroup" className={classes.head}>
          <div role="row" className={classes.row} aria-rowindex={1}>
            {columns.map((name) => (
              <div key={name} role="columnheader">
                {t(`history.columns.${name}`)}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={classes.body} style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, start }) => {
            const call = rows[index];
            return call === undefined ? null : (
              <Row
                key={call.id}
                call={call}
                top={start}
                index={index}
                assistant={names.get(call.assistant ?? "") ?? ""}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  call: Call;
  top: number;
  index: number;
  assistant: string;
}

const Row = memo(function Row({ call, top, index, assistant }: RowProps) {
  const { i18n } = useTranslation();
  const number = showNumber(customerNumber(call));
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={classes.row}
      style={{
        position: "absolute",
        inset: "0 0 auto",
        height: rowHeight,
        transform: `translateY(${String(top)}px)`,
      }}
    >
      <div role="cell">{moment(call.created_at, i18n.language)}</div>
      <div role="cell">
        <Link to="/history/$id" params={{ id: call.id }} className={classes.link}>
          {call.customer_name ?? number}
        </Link>
        {call.customer_name !== null && (
          <small>
            <DialNumber number={customerNumber(call)} />
          </small>
        )}
      </div>
      <div role="cell">
        <StateBadge state={callState(call)} />
      </div>
      <div role="cell">{assistant}</div>
      <div role="cell">{call.answered_at === null ? "–" : <Timer call={call} />}</div>
      <div role="cell">{call.outcome !== null && <Disposition outcome={call.outcome} />}</div>
    </div>
  );
});
