/** The chosen call: who it is, what is being said, and everything a supervisor can do about it. */
import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { callQuery } from "@/api/calls";
import type { LiveCall } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { IconPhoneOff } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { useLive } from "@/lib/live/store";

import { ActionBar } from "./ActionBar";
import { CallAlerts } from "./CallAlerts";
import { CallHeader } from "./CallHeader";
import classes from "./CallPanel.module.css";
import { Composer } from "./Composer";
import { LiveTranscript } from "./LiveTranscript";
import { useActs } from "./useActs";

interface Props {
  id: string;
  onClose: (id: undefined) => void;
}

export function CallPanel({ id, onClose }: Props) {
  const { t } = useTranslation();
  const live = useLive((state) => state.calls.get(id) ?? state.ended.get(id));
  const loaded = useLive((state) => state.loaded);
  // A link to a call that ended before this window opened.
  const past = useQuery({ ...callQuery(id), enabled: loaded && live === undefined });
  if (live !== undefined) return <Panel live={live} onClose={onClose} />;
  if (!loaded || past.isPending) return <Loading rows={5} />;
  if (past.isError) return <Refused error={past.error} />;
  return (
    <EmptyState
      icon={<IconPhoneOff size={32} stroke={1.4} />}
      title={t("floor.over")}
      hint={t("floor.overHint")}
    >
      <OpenInHistory id={id} />
    </EmptyState>
  );
}

function Panel({ live, onClose }: { live: LiveCall; onClose: (id: undefined) => void }) {
  const { t } = useTranslation();
  const acts = useActs(live);
  const over = live.call.ended_at !== null;
  return (
    <article className={classes.panel}>
      <CallHeader live={live} onClose={onClose} />
      <CallAlerts alerts={live.alerts} />
      <LiveTranscript call={live.call} />
      <footer className={classes.footer}>
        {acts.error !== null && <Refused error={acts.error} />}
        {over ? (
          <Group justify="space-between">
            <span>{t("floor.over")}</span>
            <OpenInHistory id={live.call.id} />
          </Group>
        ) : (
          <>
            <ActionBar live={live} acts={acts} />
            <Composer acts={acts} assistantSpeaks={live.call.floor.holder === "assistant"} />
          </>
        )}
      </footer>
    </article>
  );
}

function OpenInHistory({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Button variant="default" renderRoot={(props) => <Link to="/history/$id" params={{ id }} {...props} />}>
      {t("floor.openHistory")}
    </Button>
  );
}
