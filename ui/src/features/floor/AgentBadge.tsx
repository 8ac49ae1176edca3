/** An agent's state: icon, word and colour together. */
import { useTranslation } from "react-i18next";

import type { AgentState } from "@/api/types";
import { agentLooks } from "@/components/agentState";
import badge from "@/components/StateBadge.module.css";

export function AgentBadge({ state }: { state: AgentState }) {
  const { t } = useTranslation();
  const { icon: Icon, tone } = agentLooks[state];
  return (
    <span className={badge.badge} data-tone={tone}>
      <Icon size={14} stroke={2} aria-hidden />
      {t(`agentAt.${state}`)}
    </span>
  );
}
