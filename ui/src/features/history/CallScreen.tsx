/** One past call: hear it, read it in step, see how quickly we answered, what came of it and why we think so. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { callQuery, eventsQuery, transcriptQuery } from "@/api/calls";
import { callState, customerNumber } from "@/components/callState";
import { Card } from "@/components/Card";
import { IconArrowLeft } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { StateBadge } from "@/components/StateBadge";
import { showNumber } from "@/lib/format/number";
import { timeline } from "@/lib/timeline";

import { CallFacts } from "./CallFacts";
import classes from "./CallScreen.module.css";
import { EventList } from "./EventList";
import { Latencies } from "./Latencies";
import { OutcomeCard } from "./OutcomeCard";
import { PastTranscript } from "./PastTranscript";
import { Player } from "./Player";
import { SipCard } from "./sip/SipCard";
import { usePlayback } from "./usePlayback";

const none: never[] = [];

export function CallScreen() {
  const { id } = useParams({ from: "/history/$id" });
  const { t } = useTranslation();
  const call = useQuery(callQuery(id));
  const transcript = useQuery(transcriptQuery(id));
  const events = useQuery(eventsQuery(id));
  const playback = usePlayback();
  const entries = useMemo(
    () => timeline(transcript.data ?? none, events.data ?? none),
    [transcript.data, events.data],
  );
  if (call.isError) return <Refused error={call.error} retry={() => void call.refetch()} />;
  if (call.data === undefined) return <Loading rows={8} />;
  const { recording } = call.data;
  const number = showNumber(customerNumber(call.data));
  const seek = recording?.complete === true ? playback.seek : undefined;
  return (
    <article className={classes.screen}>
      <header className={classes.header}>
        <Button
          variant="subtle"
          color="gray"
          c="var(--ink-2)"
          leftSection={<IconArrowLeft size={16} aria-hidden />}
          renderRoot={(props) => <Link to="/history" {...props} />}
        >
          {t("nav.history")}
        </Button>
        <h1>{call.data.customer_name ?? number}</h1>
        <StateBadge state={callState(call.data)} />
        {call.data.ended_at === null && (
          <Button
            size="compact-sm"
            renderRoot={(props) => <Link to="/floor" search={{ call: id }} {...props} />}
          >
            {t("history.stillLive")}
          </Button>
        )}
      </header>
      <div className={classes.columns}>
        <div className={classes.main}>
          {recording !== null && (
            <Player call={call.data} recording={recording} playback={playback} entries={entries} />
          )}
          <Card title={t("transcript.label")}>
            {transcript.isPending ? (
              <Loading rows={6} height={28} />
            ) : (
              <PastTranscript entries={entries} playback={playback} onSeek={seek} />
            )}
          </Card>
        </div>
        <div className={classes.side}>
          <OutcomeCard call={call.data} items={transcript.data ?? none} />
          <CallFacts call={call.data} />
          <Latencies items={transcript.data ?? none} summary={call.data.latency} onSeek={seek} />
          <EventList events={events.data ?? none} />
        </div>
        <div className={classes.wide}>
          <SipCard call={call.data} />
        </div>
      </div>
    </article>
  );
}
