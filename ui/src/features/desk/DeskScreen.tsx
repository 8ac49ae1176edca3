/** The room of whoever takes calls: whether they do, who is held out to them, the call they are in, wrap-up. */
import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { AgentState, DeskCall } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { IconHeadset } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";

import { CallDesk } from "./CallDesk";
import classes from "./Desk.module.css";
import { OfferCard } from "./OfferCard";
import { PresenceBar } from "./PresenceBar";
import { useDesk } from "./useDesk";
import { useWrapUp } from "./useWrapUp";
import { who } from "./who";
import { WrapUp } from "./WrapUp";

export function DeskScreen() {
  const { t } = useTranslation();
  const { query, desk, offers, calls } = useDesk();
  const form = useWrapUp(desk);
  return (
    <div className={classes.desk}>
      <h1 className="visually-hidden">{t("nav.desk")}</h1>
      {query.isPending && <Loading rows={4} />}
      {query.isError && <Refused error={query.error} retry={() => void query.refetch()} />}
      {desk !== undefined && (
        <>
          <PresenceBar agent={desk.agent} />
          {offers.map((offer, at) => (
            <OfferCard key={offer.live.call.id} offer={offer} keyed={at === 0} />
          ))}
          {calls.length > 0 && <Calls calls={calls} user={desk.agent.user} />}
          {calls.length === 0 && form !== null && (
            <WrapUp
              form={form}
              until={desk.agent.until}
              me={desk.agent.user}
              queue={desk.wrapping_up_queue}
            />
          )}
          {calls.length === 0 && offers.length === 0 && form === null && <Idle state={desk.agent.state} />}
        </>
      )}
    </div>
  );
}

/** The call one is in; with several, the one that is chosen. */
function Calls({ calls, user }: { calls: readonly DeskCall[]; user: string }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const row = calls.find(({ live }) => live.call.id === chosen) ?? calls[0];
  if (row === undefined) return null;
  return (
    <>
      {calls.length > 1 && (
        <SegmentedControl
          aria-label={t("desk.calls")}
          value={row.live.call.id}
          onChange={setChosen}
          data={calls.map(({ live }) => ({ value: live.call.id, label: who(live.call) }))}
        />
      )}
      <CallDesk key={row.live.call.id} row={row} user={user} />
    </>
  );
}

function Idle({ state }: { state: AgentState }) {
  const { t } = useTranslation();
  const waiting = state !== "offline" && state !== "paused";
  return (
    <EmptyState
      icon={<IconHeadset size={36} stroke={1.4} />}
      title={t(waiting ? "desk.idle.ready" : "desk.idle.away")}
      hint={t(waiting ? "desk.idle.readyHint" : "desk.idle.awayHint")}
    />
  );
}
