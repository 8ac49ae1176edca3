/** What one is at, for how long, and the ways to change it; says why one was put on a break. */
import { Alert, Button, Menu, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { AgentView } from "@/api/types";
import { agentLooks } from "@/components/agentState";
import { IconAlertTriangle, IconChevronDown } from "@/components/icons";
import { Refused } from "@/components/Refused";
import { useNow } from "@/lib/clock";
import { duration } from "@/lib/format/time";
import { useKeys } from "@/lib/keys/useKeys";

import classes from "./Desk.module.css";
import { KeyedButton } from "./KeyedButton";
import { NoPhone } from "./NoPhone";
import { isForced, isReason, reasons } from "./presence";
import { usePresence } from "./usePresence";

export function PresenceBar({ agent }: { agent: AgentView }) {
  const { t } = useTranslation();
  const acts = usePresence(agent);
  const [choosing, setChoosing] = useState(false);
  const ready = () => {
    acts.choose({ presence: "ready" });
  };
  useKeys({
    ready: () => {
      if (agent.state !== "ready") ready();
    },
    pauseWork: () => {
      setChoosing(true);
    },
  });
  const away = agent.state === "paused" || agent.state === "offline";
  const forced = agent.state === "paused" && isForced(agent.reason) ? agent.reason : null;
  return (
    <div className={classes.presence}>
      <section className={classes.bar} aria-label={t("desk.presence")}>
        <StateNow agent={agent} />
        {acts.next !== null && <Text size="sm">{t(`desk.then.${acts.next}`)}</Text>}
        <span className={classes.gap} />
        <KeyedButton
          name="ready"
          variant={away ? "filled" : agent.state === "ready" ? "light" : "default"}
          pressed={agent.state === "ready"}
          disabled={acts.pending}
          onClick={ready}
        >
          {t("desk.ready")}
        </KeyedButton>
        <Menu opened={choosing} onChange={setChoosing} position="bottom-end">
          <Menu.Target>
            <KeyedButton
              name="pauseWork"
              variant="default"
              disabled={acts.pending}
              leftSection={<IconChevronDown size={14} aria-hidden />}
            >
              {t("desk.pause")}
            </KeyedButton>
          </Menu.Target>
          <Menu.Dropdown aria-label={t("desk.reasonLabel")}>
            {reasons.map((reason) => (
              <Menu.Item
                key={reason}
                onClick={() => {
                  acts.choose({ presence: "paused", reason });
                }}
              >
                {t(`desk.reasons.${reason}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Button
          variant={agent.state === "offline" ? "light" : "default"}
          aria-pressed={agent.state === "offline"}
          disabled={acts.pending}
          onClick={() => {
            acts.choose({ presence: "offline" });
          }}
        >
          {t("desk.offline")}
        </Button>
      </section>
      <Refused error={acts.error} />
      {forced !== null && (
        <Alert
          role="alert"
          color="orange"
          variant="light"
          icon={<IconAlertTriangle size={18} />}
          title={t(`desk.forced.${forced}`)}
          styles={{ title: { color: "var(--wait)" }, message: { color: "var(--ink)" } }}
        >
          <Text size="sm" mb="xs">
            {t(`desk.forced.${forced}Hint`)}
          </Text>
          <KeyedButton name="ready" size="compact-sm" disabled={acts.pending} onClick={ready}>
            {t("desk.forced.again")}
          </KeyedButton>
        </Alert>
      )}
      <NoPhone agent={agent} />
    </div>
  );
}

function StateNow({ agent: { state, reason, since } }: { agent: AgentView }) {
  const { t } = useTranslation();
  const { icon: Icon, tone } = agentLooks[state];
  const shown = reason !== null && isReason(reason) ? t(`desk.reasons.${reason}`) : reason;
  return (
    <p className={classes.state} data-tone={tone}>
      <Icon size={22} aria-hidden />
      <strong role="status">
        {t(`desk.state.${state}`)}
        {state === "paused" && shown !== null && !isForced(reason) && ` · ${shown}`}
      </strong>
      {/* Without a beginning there is nothing to count from. */}
      {Date.parse(since) > 0 && <Since since={since} />}
    </p>
  );
}

function Since({ since }: { since: string }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <span className={classes.since}>{t("desk.stateFor", { time: duration(now - Date.parse(since)) })}</span>
  );
}
