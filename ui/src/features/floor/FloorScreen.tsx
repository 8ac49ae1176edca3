/** The floor: its numbers on top, live calls or queues and agents on the left, the chosen call on the right. */
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { conferencesQuery } from "@/api/conferences";
import { EmptyState } from "@/components/EmptyState";
import { IconEar } from "@/components/icons";
import { Shortcut } from "@/components/Shortcut";
import { useKeys } from "@/lib/keys/useKeys";
import { useLive } from "@/lib/live/store";

import { AlertWatch } from "./AlertWatch";
import { CallList } from "./CallList";
import { CallPanel } from "./CallPanel";
import { ConferencesPane } from "./conferences/ConferencesPane";
import classes from "./FloorScreen.module.css";
import { FloorStrip } from "./FloorStrip";
import { QueuesPane } from "./QueuesPane";

export function FloorScreen() {
  const { t } = useTranslation();
  const { call, view } = useSearch({ from: "/floor" });
  const navigate = useNavigate({ from: "/floor" });
  const live = useLive((state) => state.calls.size);
  const choose = useCallback(
    (id: string | undefined) => void navigate({ search: (now) => ({ ...now, call: id }), replace: true }),
    [navigate],
  );
  const { data: rooms } = useQuery(conferencesQuery);
  const show = (next: "calls" | "queues" | "conferences") => {
    void navigate({
      search: (now) => ({ ...now, view: next === "calls" ? undefined : next }),
      replace: true,
    });
  };
  useKeys({
    queues: () => {
      show(view === "queues" ? "calls" : "queues");
    },
    conferences: () => {
      show(view === "conferences" ? "calls" : "conferences");
    },
  });
  return (
    <div className={classes.screen}>
      <h1 className="visually-hidden">{t("nav.floor")}</h1>
      <FloorStrip />
      <AlertWatch onChoose={choose} />
      <div
        className={classes.floor}
        data-chosen={call !== undefined || undefined}
        data-view={view ?? "calls"}
      >
        <Tabs
          className={classes.list}
          value={view ?? "calls"}
          onChange={(next) => {
            show(next === "queues" || next === "conferences" ? next : "calls");
          }}
          keepMounted={false}
        >
          <Tabs.List aria-label={t("floor.views")} grow>
            <Tabs.Tab value="calls">{t("floor.liveCalls", { shown: live })}</Tabs.Tab>
            <Tabs.Tab value="queues" rightSection={<Shortcut name="queues" />}>
              {t("floor.queues")}
            </Tabs.Tab>
            <Tabs.Tab value="conferences" rightSection={<Shortcut name="conferences" />}>
              {rooms === undefined || rooms.length === 0
                ? t("conferences.tab")
                : t("conferences.tabCount", { shown: rooms.length })}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="calls" className={classes.tab}>
            <CallList chosen={call} onChoose={choose} />
          </Tabs.Panel>
          <Tabs.Panel value="queues" className={classes.tab}>
            <QueuesPane chosen={call} onChoose={choose} />
          </Tabs.Panel>
          <Tabs.Panel value="conferences" className={classes.tab}>
            <ConferencesPane chosen={call} onChoose={choose} />
          </Tabs.Panel>
        </Tabs>
        <section className={classes.panel} aria-label={t("floor.panel")}>
          {call === undefined ? (
            <EmptyState
              icon={<IconEar size={34} stroke={1.4} />}
              title={t("floor.chooseTitle")}
              hint={t("floor.chooseHint")}
            />
          ) : (
            <CallPanel key={call} id={call} onClose={choose} />
          )}
        </section>
      </div>
    </div>
  );
}
