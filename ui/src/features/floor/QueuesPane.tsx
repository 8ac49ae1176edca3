/** Who waits and who takes calls. Keys act on the row that had the focus last, arrow keys move between rows. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { EmptyState } from "@/components/EmptyState";
import { IconStack2 } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { Shortcut } from "@/components/Shortcut";
import { useKeys } from "@/lib/keys/useKeys";

import { AgentsBoard } from "./AgentsBoard";
import { CallbacksList } from "./CallbacksList";
import { target } from "./CallList";
import classes from "./QueuesPane.module.css";
import { useAgentActs } from "./useAgentActs";
import { useCallerActs } from "./useCallerActs";
import { useAgentStandings, useQueueStandings } from "./useFloor";
import { WaitingList } from "./WaitingList";

interface Props {
  chosen: string | undefined;
  onChoose: (id: string | undefined) => void;
}

/** The row that keys act on. */
export type At = { kind: "caller"; call: string } | { kind: "agent"; user: string } | null;

export function QueuesPane({ chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const pane = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<At>(null);
  const { queues, error, isPending } = useQueueStandings();
  const agents = useAgentStandings();
  const callers = useCallerActs();
  const duty = useAgentActs();

  const marked = at === null && chosen !== undefined ? { kind: "caller" as const, call: chosen } : at;
  const caller = queues
    .flatMap((queue) => queue.callers)
    .find(({ call }) => marked?.kind === "caller" && call === marked.call);
  const agent = agents.find(({ user }) => marked?.kind === "agent" && user === marked.user);
  useKeys({
    toFront: () => {
      if (caller !== undefined) callers.toFront(caller);
    },
    moveCaller: () => {
      if (caller !== undefined) callers.askWhereTo(caller);
    },
    raise: () => {
      if (caller !== undefined) callers.prioritise(caller, 1);
    },
    lower: () => {
      if (caller !== undefined) callers.prioritise(caller, -1);
    },
    pauseAgent: () => {
      if (agent !== undefined) duty.askWhyPause(agent);
    },
    readyAgent: () => {
      if (agent !== undefined) duty.ready(agent);
    },
    agentOffline: () => {
      if (agent !== undefined) duty.askOffline(agent);
    },
    agentQueues: () => {
      if (agent !== undefined) duty.askQueues(agent);
    },
  });

  // A row that changes its place loses the focus in most browsers; it gets it back.
  const inside = useRef(false);
  useEffect(() => {
    if (!inside.current || document.activeElement !== document.body) return;
    pane.current?.querySelector<HTMLElement>("[data-marked] [data-row]")?.focus({ preventScroll: true });
  }, [queues, agents]);

  const move = (event: KeyboardEvent) => {
    const rows = [...(pane.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const here = rows.findIndex((row) => row.parentElement?.contains(event.target as Node));
    const next = here < 0 ? null : target(event.key, here, rows.length);
    if (next === null) return;
    event.preventDefault();
    rows[next]?.focus();
  };

  if (isPending) return <Loading rows={8} height={48} />;
  return (
    <>
      {/* Focus is the rows' own; the pane only hears of it, and their arrow keys. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        ref={pane}
        className={classes.pane}
        onKeyDown={move}
        onFocus={({ target: focused }) => {
          inside.current = true;
          const row = focused.closest<HTMLElement>("li[data-caller], li[data-agent]");
          if (row?.dataset["caller"] !== undefined) setAt({ kind: "caller", call: row.dataset["caller"] });
          if (row?.dataset["agent"] !== undefined) setAt({ kind: "agent", user: row.dataset["agent"] });
        }}
        onBlur={({ relatedTarget }) => {
          if (relatedTarget !== null) inside.current = false;
        }}
      >
        <div role="status" className="visually-hidden">
          {callers.said}
        </div>
        <div role="status" className="visually-hidden">
          {duty.said}
        </div>
        <Legend />
        {error !== null && <Refused error={error} />}
        {callers.error !== null && <Refused error={callers.error} />}
        {duty.refused}
        <div className={classes.boards}>
          <div className={classes.board}>
            {queues.length === 0 ? (
              <EmptyState
                icon={<IconStack2 size={32} stroke={1.4} />}
                title={t("queues.none")}
                hint={t("queues.noneFloorHint")}
              >
                <Button
                  variant="default"
                  renderRoot={(props) => <Link to="/settings" search={{ tab: "queues" }} {...props} />}
                >
                  {t("queues.toSettings")}
                </Button>
              </EmptyState>
            ) : (
              queues.map((queue) => (
                <WaitingList
                  key={queue.queue}
                  queue={queue}
                  chosen={chosen}
                  at={marked}
                  acts={callers}
                  onAt={setAt}
                  onChoose={onChoose}
                />
              ))
            )}
            <CallbacksList />
          </div>
          <div className={classes.board}>
            <AgentsBoard agents={agents} at={marked} acts={duty} onAt={setAt} />
          </div>
        </div>
      </div>
      {callers.dialog}
      {duty.dialog}
    </>
  );
}

const legend = {
  caller: ["toFront", "moveCaller", "raise", "lower"],
  agent: ["pauseAgent", "readyAgent", "agentOffline", "agentQueues"],
} as const;

function Legend() {
  const { t } = useTranslation();
  return (
    <p className={classes.legend}>
      {(["caller", "agent"] as const).map((kind) => (
        <span key={kind}>
          {t(`queues.legend.${kind}`)}{" "}
          {legend[kind].map((name) => (
            <span key={name} className={classes.key}>
              <Shortcut name={name} /> {t(`queues.acts.${name}`)}
            </span>
          ))}
        </span>
      ))}
    </p>
  );
}
