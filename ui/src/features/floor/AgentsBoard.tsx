/** Who takes calls, by what they are at. */
import { useTranslation } from "react-i18next";
import { memo } from "react";

import type { AgentView } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { IconUsers } from "@/components/icons";

import { AgentBadge } from "./AgentBadge";
import { AgentRow } from "./AgentRow";
import type { At } from "./QueuesPane";
import classes from "./QueuesPane.module.css";
import { byState } from "./standings";
import type { AgentActs } from "./useAgentActs";

interface Props {
  agents: readonly AgentView[];
  at: At;
  acts: AgentActs;
  onAt: (at: At) => void;
}

export const AgentsBoard = memo(function AgentsBoard({ agents, at, acts, onAt }: Props) {
  const { t } = useTranslation();
  return (
    <section className={classes.group} aria-labelledby="agents">
      <h2 id="agents" className={classes.title}>
        {t("agents.title")}
        <span className={classes.count}>{t("agents.count", { count: agents.length })}</span>
      </h2>
      {agents.length === 0 && (
        <EmptyState
          icon={<IconUsers size={32} stroke={1.4} />}
          title={t("agents.none")}
          hint={t("agents.noneHint")}
        />
      )}
      {byState(agents).map((group) => (
        <div key={group.state}>
          <h3 className={classes.state}>
            <AgentBadge state={group.state} /> {group.agents.length}
          </h3>
          <ul
            className={classes.rows}
            aria-label={t("agents.listOf", { state: t(`agentAt.${group.state}`) })}
          >
            {group.agents.map((agent) => (
              <AgentRow
                key={agent.user}
                agent={agent}
                marked={at?.kind === "agent" && at.user === agent.user}
                acts={acts}
                onAt={onAt}
              />
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
});
