/** The floor: its numbers on top, live calls or queues and agents on the left, the chosen call on the right. */
import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { EmptyState } from "@/components/EmptyState";
import { IconEar } from "@/components/icons";
import { Shortcut } from "@/components/Shortcut";
import { useKeys } from "@/lib/keys/useKeys";
import { useLive } from "@/lib/live/store";

import { AlertWatch } from "./AlertWatch";
import { CallList } from "./CallList";
import { CallPanel } from "./CallPanel";
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
  const show = (next: "calls" | "queues") => {
    void navigate({
      search: (now) => ({ ...now, view: next === "queues" ? next : undefined }),
      replace: true,
    });
  };
  useKeys({
    queues: () => {
      show(view === "queues" ? "calls" : "queues");
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
            show(next === "queues" ? "queues" : "calls");
          }}
          keepMounted={false}
        >
          <Tabs.List aria-label={t("floor.views")} grow>
            <Tabs.Tab value="calls">{t("floor.liveCalls", { shown: live })}</Tabs.Tab>
            <Tabs.Tab value="queues" rightSection={<Shortcut name="queues" />}>
              {t("floor.queues")}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="calls" className={classes.tab}>
            <CallList chosen={call} onChoose={choose} />
          </Tabs.Panel>
          <Tabs.Panel value="queues" className={classes.tab}>
            <QueuesPane chosen={call} onChoose={choose} />
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
