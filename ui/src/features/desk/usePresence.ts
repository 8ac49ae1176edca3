/** Being ready, on a break or gone, with the last refusal. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { deskQuery, setMyPresence } from "@/api/queues";
import type { AgentState, AgentView, PresenceWrite } from "@/api/types";
import { usePhoneFirst } from "@/components/usePhoneFirst";
import { useHost } from "@/host";

/** States that end before another presence shows. */
const passing: readonly AgentState[] = ["offered", "busy", "wrap_up"];

export interface PresenceActs {
  /** What comes after the call, where it was chosen during it. */
  next: "paused" | "offline" | null;
  error: unknown;
  pending: boolean;
  choose: (presence: PresenceWrite) => void;
}

export function usePresence(agent: AgentView): PresenceActs {
  const queries = useQueryClient();
  const phoneFirst = usePhoneFirst();
  const host = useHost();
  const [wanted, setWanted] = useState<PresenceWrite["presence"] | null>(null);
  const { mutate, error, isPending } = useMutation({
    mutationFn: async (presence: PresenceWrite) => {
      if (presence.presence === "ready") await phoneFirst();
      return setMyPresence(presence);
    },
    onSuccess: (view, { presence }) => {
      setWanted(presence);
      queries.setQueryData(deskQuery.queryKey, (desk) => desk && { ...desk, agent: view });
    },
  });
  const next = passing.includes(agent.state) && wanted !== "ready" ? wanted : null;
  if (wanted !== null && !passing.includes(agent.state)) setWanted(null);
  return {
    next,
    error,
    pending: isPending,
    choose: (presence) => {
      if (presence.presence === "ready") host.allowNotices?.();
      mutate(presence);
    },
  };
}
