/** The floor as it stands now. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { assistantsQuery } from "@/api/assistants";
import { floorQuery } from "@/api/queues";
import type { MemberRef } from "@/api/types";
import { useLive } from "@/lib/live/store";

import { agentStandings, queueStandings } from "./standings";

/** Places and estimates move with time alone, without any event. */
const readEveryMs = 10_000;

export function useQueueStandings() {
  const { data, error, isPending } = useQuery({ ...floorQuery, refetchInterval: readEveryMs });
  const calls = useLive((state) => state.calls);
  const queues = useMemo(() => queueStandings(data?.queues ?? [], calls), [data, calls]);
  return { queues, error, isPending };
}

export function useAgentStandings() {
  const { data } = useQuery(floorQuery);
  const told = useLive((state) => state.agents);
  return useMemo(() => agentStandings(data?.agents ?? [], told), [data, told]);
}

/** The queues by id. */
export function useQueueNames(): ReadonlyMap<string, string> {
  const { data } = useQuery(floorQuery);
  return useMemo(() => new Map(data?.queues.map(({ queue, name }) => [queue, name])), [data]);
}

/** “Ben, Jane” of whom a caller is offered to. */
export function useMemberNames(): (members: readonly MemberRef[]) => string {
  const { t } = useTranslation();
  const { data: floor } = useQuery(floorQuery);
  const { data: assistants } = useQuery(assistantsQuery);
  return useMemo(() => {
    const names = new Map<string, string>([
      ...(floor?.agents.map(({ user, name }) => [user, name] as const) ?? []),
      ...(assistants?.map(({ id, name }) => [id, name] as const) ?? []),
    ]);
    const name = (member: MemberRef) => names.get(member.kind === "person" ? member.user : member.assistant);
    return (members) => members.map((member) => name(member) ?? t("queues.somebody")).join(", ");
  }, [floor, assistants, t]);
}

export function useReadFloorAgain() {
  const queries = useQueryClient();
  return useCallback(() => queries.invalidateQueries({ queryKey: floorQuery.queryKey }), [queries]);
}
