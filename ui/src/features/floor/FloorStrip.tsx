/** The floor in numbers, above everything. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { wallboardQuery } from "@/api/reports";
import { Elapsed } from "@/components/Elapsed";
import { ServiceLevel } from "@/components/ServiceLevel";
import { useLive } from "@/lib/live/store";

import classes from "./FloorStrip.module.css";
import { figures } from "./standings";
import { useAgentStandings } from "./useFloor";

export function FloorStrip() {
  const { t } = useTranslation();
  const calls = useLive((state) => state.calls);
  const loaded = useLive((state) => state.loaded);
  const agents = useAgentStandings();
  const { data: board } = useQuery(wallboardQuery);
  const { waiting, longest, live, ai, people } = useMemo(() => figures(calls), [calls]);
  const at = (...states: string[]) =>
    agents.length === 0 ? "–" : agents.filter(({ state }) => states.includes(state)).length;
  const show = (value: number) => (loaded ? value : "–");
  return (
    <div className={classes.strip}>
      <dl className={classes.figures} aria-label={t("strip.label")}>
        <Figure name={t("strip.waiting")} tone={waiting > 0 ? "wait" : undefined}>
          {show(waiting)}
        </Figure>
        <Figure name={t("strip.longest")} tone={waiting > 0 ? "wait" : undefined}>
          {longest === null ? "–" : <Elapsed since={longest} />}
        </Figure>
        <Figure name={t("strip.ready")} tone="person">
          {at("ready")}
        </Figure>
        <Figure name={t("strip.busy")} hint={t("strip.busyHint")}>
          {at("offered", "busy", "wrap_up")}
        </Figure>
        <Figure name={t("strip.paused")}>{at("paused")}</Figure>
        <Figure name={t("strip.live")}>
          {show(live)}
          {loaded && <span className={classes.parts}>{t("strip.parts", { ai, people })}</span>}
        </Figure>
      </dl>
      {board !== undefined && <ServiceLevel figures={board.total} />}
    </div>
  );
}

interface FigureProps {
  name: string;
  hint?: string;
  tone?: "wait" | "person" | undefined;
  children: ReactNode;
}

function Figure({ name, hint, tone, children }: FigureProps) {
  return (
    <div className={classes.figure} data-tone={tone} title={hint}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
