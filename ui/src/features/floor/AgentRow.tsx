/** A person who takes calls: since when they are at it, why, in which queues; and what a supervisor can do. */
import { useTranslation } from "react-i18next";

import type { AgentView } from "@/api/types";
import { Elapsed } from "@/components/Elapsed";
import { IconArrowsExchange, IconCoffee, IconPhoneOff, IconPower, IconUserCheck } from "@/components/icons";

import { AgentBadge } from "./AgentBadge";
import type { At } from "./QueuesPane";
import classes from "./QueuesPane.module.css";
import { RowAct } from "./RowAct";
import type { AgentActs } from "./useAgentActs";
import { useQueueNames } from "./useFloor";

interface Props {
  agent: AgentView;
  marked: boolean;
  acts: AgentActs;
  onAt: (at: At) => void;
}

export function AgentRow({ agent, marked, acts, onAt }: Props) {
  const { t } = useTranslation();
  const queues = useQueueNames();
  const { name, state, phone } = agent;
  const reason = useReason(agent);
  return (
    <li className={classes.row} data-marked={marked || undefined} data-agent={agent.user}>
      <button
        type="button"
        data-row
        className={classes.main}
        aria-pressed={marked}
        onClick={() => {
          onAt({ kind: "agent", user: agent.user });
        }}
      >
        <span className={classes.first}>
          <AgentBadge state={state} /> <span className={classes.name}>{name}</span>{" "}
          {!phone && (
            <span className={classes.rings} data-tone="bad">
              <IconPhoneOff size={13} aria-hidden /> {t("agents.noPhone")}
            </span>
          )}{" "}
          <span className={classes.time}>
            <Elapsed since={agent.since} />
          </span>
        </span>{" "}
        <span className={classes.second}>
          {reason !== null && <span className={classes.reason}>{reason}</span>}{" "}
          <span>
            {agent.queues.length === 0
              ? t("agents.noQueues")
              : agent.queues.map((id) => queues.get(id) ?? t("queues.unknown")).join(", ")}
          </span>
        </span>
      </button>
      <span className={classes.acts}>
        <RowAct
          name="pauseAgent"
          of={name}
          icon={IconCoffee}
          onClick={() => {
            acts.askWhyPause(agent);
          }}
        />
        <RowAct
          name="readyAgent"
          of={name}
          icon={IconUserCheck}
          disabled={state === "ready"}
          onClick={() => {
            acts.ready(agent);
          }}
        />
        <RowAct
          name="agentOffline"
          of={name}
          icon={IconPower}
          disabled={state === "offline"}
          onClick={() => {
            acts.askOffline(agent);
          }}
        />
        {acts.canChangeQueues && (
          <RowAct
            name="agentQueues"
            of={name}
            icon={IconArrowsExchange}
            onClick={() => {
              acts.askQueues(agent);
            }}
          />
        )}
      </span>
    </li>
  );
}

/** Why they are on a break; two reasons are the machine's own. */
function useReason({ state, reason }: AgentView): string | null {
  const { t } = useTranslation();
  if (state !== "paused" || reason === null) return null;
  return reason === "no_answer" || reason === "no_phone" || reason === "phone_gone"
    ? t(`agents.reasons.${reason}`)
    : reason;
}
