/** A live call in the list: state, customer, who serves, how long, the last thing said. */
import { memo } from "react";
import { useTranslation } from "react-i18next";

import type { LiveCall } from "@/api/types";
import { customerNumber, liveState } from "@/components/callState";
import { IconEar, IconMessageDots, IconSpeakerphone } from "@/components/icons";
import { StateBadge } from "@/components/StateBadge";
import { Timer } from "@/components/Timer";
import { showNumber } from "@/lib/format/number";
import { useLive } from "@/lib/live/store";

import { AlertBadge } from "./AlertBadge";
import classes from "./CallRow.module.css";
import { QueueNote } from "./QueueNote";

export const rowHeight = 62;

interface Props {
  id: string;
  top: number;
  place: number;
  count: number;
  chosen: boolean;
  nameOf: (assistant: string | null) => string;
  onChoose: (id: string) => void;
}

export const CallRow = memo(function CallRow({ id, top, place, count, chosen, nameOf, onChoose }: Props) {
  const { t } = useTranslation();
  const row = useLive((state) => state.calls.get(id));
  if (row === undefined) return null;
  const { call } = row;
  const number = showNumber(customerNumber(call));
  const state = liveState(row);
  const server = state === "person" ? call.floor.name : nameOf(call.assistant);
  return (
    // The list box has the focus and the keys; an option only takes the click.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={`row-${id}`}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      aria-posinset={place}
      aria-setsize={count}
      className={classes.row}
      style={{ transform: `translateY(${String(top)}px)`, height: rowHeight }}
      onClick={() => {
        onChoose(id);
      }}
    >
      <div className={classes.first}>
        <StateBadge state={state} />
        <span className={classes.name}>{call.customer_name ?? number}</span>
        {call.customer_name !== null && <span className={classes.number}>{number}</span>}
        <AlertBadge alerts={row.alerts} />
        <Watchers supervisors={row.supervisors} />
        <span className={classes.time}>
          <Timer call={call} />
        </span>
      </div>
      <div className={classes.second}>
        {row.queue !== null && row.queue.queue !== "" && (
          <span className={classes.queue} data-waiting={row.queue.waiting || undefined}>
            <QueueNote queue={row.queue} />
          </span>
        )}
        {server !== null && server !== "" && <span className={classes.server}>{server}</span>}
        <span className={classes.last}>{row.last_line ?? t("floor.nothingSaid")}</span>
      </div>
    </div>
  );
});

const modeIcons = { listen: IconEar, whisper: IconMessageDots, barge: IconSpeakerphone } as const;

function Watchers({ supervisors }: Pick<LiveCall, "supervisors">) {
  const { t } = useTranslation();
  return supervisors.map(({ user, name, mode }) => {
    if (mode === "floor" || mode === "left") return null;
    const Icon = modeIcons[mode];
    const text = t(`floor.watching.${mode}`, { name });
    return (
      <span key={user} className={classes.watcher} title={text}>
        <Icon size={14} aria-hidden />
        <span className="visually-hidden">{text}</span>
      </span>
    );
  });
}
