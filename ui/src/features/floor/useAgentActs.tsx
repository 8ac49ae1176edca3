/** What a supervisor does with an agent: a break, back to work, out, other queues. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { setAgentPresence } from "@/api/queues";
import { isRefusal } from "@/api/refusal";
import { sessionQuery } from "@/api/session";
import type { AgentView, PresenceWrite } from "@/api/types";
import { Confirm } from "@/components/Confirm";
import { Refused } from "@/components/Refused";
import { isAtLeast } from "@/lib/roles";

import { AgentQueuesDialog } from "./AgentQueuesDialog";
import { PauseDialog } from "./PauseDialog";
import { useReadFloorAgain } from "./useFloor";

export interface AgentActs {
  refused: ReactNode;
  said: string | undefined;
  dialog: ReactNode;
  canChangeQueues: boolean;
  askWhyPause: (agent: AgentView) => void;
  ready: (agent: AgentView) => void;
  askOffline: (agent: AgentView) => void;
  askQueues: (agent: AgentView) => void;
}

type Asking = { what: "pause" | "offline" | "queues"; agent: AgentView } | null;

export function useAgentActs(): AgentActs {
  const { t } = useTranslation();
  const { data: me } = useQuery(sessionQuery);
  const readAgain = useReadFloorAgain();
  const [asking, setAsking] = useState<Asking>(null);
  const { mutate, error, data, variables } = useMutation({
    mutationFn: async ({ agent, presence }: { agent: AgentView; presence: PresenceWrite }) => {
      await setAgentPresence(agent.user, presence);
      return t(`agents.said.${presence.presence}`, { name: agent.name });
    },
    onSettled: readAgain,
  });
  const canChangeQueues = me ? isAtLeast(me.role, "supervisor") : false;
  const of = (what: NonNullable<Asking>["what"]) => (asking?.what === what ? asking.agent : null);
  const close = () => {
    setAsking(null);
  };
  return {
    refused: (
      <Refused
        error={error}
        // The usual text speaks of one's own phone.
        text={
          isRefusal(error, "no_phone")
            ? t("agents.noPhoneOf", { name: variables?.agent.name ?? "" })
            : undefined
        }
      />
    ),
    said: data,
    dialog: (
      <>
        <PauseDialog
          agent={of("pause")}
          onClose={close}
          onPause={(agent, reason) => {
            mutate({ agent, presence: { presence: "paused", reason } });
          }}
        />
        <Confirm
          opened={asking?.what === "offline"}
          title={t("agents.offlineTitle")}
          text={t("agents.offlineText", { name: asking?.agent.name ?? "" })}
          action={t("agents.offline")}
          onConfirm={() => {
            const agent = of("offline");
            if (agent !== null) mutate({ agent, presence: { presence: "offline" } });
          }}
          onClose={close}
        />
        <AgentQueuesDialog agent={of("queues")} onClose={close} />
      </>
    ),
    canChangeQueues,
    askWhyPause: (agent) => {
      setAsking({ what: "pause", agent });
    },
    ready: (agent) => {
      if (agent.state !== "ready") mutate({ agent, presence: { presence: "ready" } });
    },
    askOffline: (agent) => {
      if (agent.state !== "offline") setAsking({ what: "offline", agent });
    },
    askQueues: (agent) => {
      if (canChangeQueues) setAsking({ what: "queues", agent });
    },
  };
}
