/** A caller who waits: place, who, how long, how much longer, who is asked; and what can be done about it. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { callQuery } from "@/api/calls";
import { customerNumber } from "@/components/callState";
import { Elapsed } from "@/components/Elapsed";
import {
  IconArrowBarToUp,
  IconArrowDown,
  IconArrowsExchange,
  IconArrowUp,
  IconPhoneCalling,
  IconPhoneOutgoing,
} from "@/components/icons";
import { showNumber } from "@/lib/format/number";
import { duration } from "@/lib/format/time";
import { useLive } from "@/lib/live/store";

import type { At } from "./QueuesPane";
import classes from "./QueuesPane.module.css";
import { RowAct } from "./RowAct";
import type { Caller } from "./standings";
import type { CallerActs } from "./useCallerActs";
import { useMemberNames } from "./useFloor";

interface Props {
  caller: Caller;
  chosen: boolean;
  marked: boolean;
  acts: CallerActs;
  onAt: (at: At) => void;
  onChoose: (id: string) => void;
}

export function WaitingRow({ caller, chosen, marked, acts, onAt, onChoose }: Props) {
  const { t } = useTranslation();
  const names = useMemberNames();
  const name = useNameOf(caller);
  const { position, estimateS, priority, offeredTo } = caller;
  return (
    <li
      className={classes.row}
      data-marked={marked || undefined}
      data-chosen={chosen || undefined}
      data-caller={caller.call}
    >
      <button
        type="button"
        data-row
        className={classes.main}
        aria-current={chosen || undefined}
        onClick={() => {
          onAt({ kind: "caller", call: caller.call });
          onChoose(caller.call);
        }}
      >
        <span className={classes.first}>
          <span className={classes.place}>
            {position === null ? "–" : t("queues.place", { place: position })}
          </span>{" "}
          <span className={classes.name}>{name}</span>{" "}
          {caller.callback !== null && (
            <span className={classes.callback}>
              <IconPhoneOutgoing size={13} aria-hidden /> {t("queues.callback")}
            </span>
          )}{" "}
          <span className={classes.time}>
            <span className="visually-hidden">{t("queues.waitsFor")} </span>
            <Elapsed since={caller.since} />
          </span>
        </span>{" "}
        <span className={classes.second}>
          {offeredTo.length > 0 ? (
            <span className={classes.rings} data-tone="wait">
              <IconPhoneCalling size={13} aria-hidden /> {t("queues.rings", { names: names(offeredTo) })}
            </span>
          ) : (
            <span>
              {estimateS === null
                ? t("queues.noEstimate")
                : t("queues.estimate", { time: duration(estimateS * 1000) })}
            </span>
          )}{" "}
          {priority !== 0 && <span>{t("queues.priority", { priority })}</span>}
        </span>
      </button>
      <span className={classes.acts}>
        <RowAct
          name="toFront"
          of={name}
          icon={IconArrowBarToUp}
          onClick={() => {
            acts.toFront(caller);
          }}
        />
        <RowAct
          name="raise"
          of={name}
          icon={IconArrowUp}
          onClick={() => {
            acts.prioritise(caller, 1);
          }}
        />
        <RowAct
          name="lower"
          of={name}
          icon={IconArrowDown}
          onClick={() => {
            acts.prioritise(caller, -1);
          }}
        />
        <RowAct
          name="moveCaller"
          of={name}
          icon={IconArrowsExchange}
          onClick={() => {
            acts.askWhereTo(caller);
          }}
        />
      </span>
    </li>
  );
}

/** Of who is called back there is no call yet that could tell it. */
export function useNameOf({ call, callback }: Pick<Caller, "call" | "callback">): string {
  const name = useCallerName(call, callback === null);
  return callback === null ? name : (callback.name ?? showNumber(callback.number));
}

/** Their name, or their number, as the socket or, failing that, the history knows it. */
function useCallerName(id: string, enabled: boolean): string {
  const live = useLive((state) => state.calls.get(id)?.call);
  const { data } = useQuery({ ...callQuery(id), enabled: enabled && live === undefined });
  const call = live ?? data;
  return call === undefined ? "…" : (call.customer_name ?? showNumber(customerNumber(call)));
}
