/** What a supervisor does with a caller who waits. */
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { reorderCaller } from "@/api/queues";

import { MoveCallerDialog } from "./MoveCallerDialog";
import type { Caller } from "./standings";
import { useReadFloorAgain } from "./useFloor";

export interface CallerActs {
  error: unknown;
  /** What was done last, for those who do not see the list change. */
  said: string | undefined;
  dialog: ReactNode;
  toFront: (caller: Caller) => void;
  /** So much more or less than now. */
  prioritise: (caller: Caller, by: number) => void;
  askWhereTo: (caller: Caller) => void;
}

interface Change {
  caller: Caller;
  place: Parameters<typeof reorderCaller>[1];
  said: string;
}

export function useCallerActs(): CallerActs {
  const { t } = useTranslation();
  const readAgain = useReadFloorAgain();
  const [moving, setMoving] = useState<Caller | null>(null);
  const { mutate, error, data } = useMutation({
    mutationFn: async ({ caller, place, said }: Change) => {
      await reorderCaller(caller.call, place);
      return said;
    },
    onSettled: readAgain,
  });
  return {
    error,
    said: data,
    dialog: (
      <MoveCallerDialog
        caller={moving}
        onClose={() => {
          setMoving(null);
        }}
        onMove={(caller, queue, name) => {
          mutate({ caller, place: { queue }, said: t("queues.said.moved", { name }) });
        }}
      />
    ),
    toFront: (caller) => {
      mutate({ caller, place: "front", said: t("queues.said.front") });
    },
    prioritise: (caller, by) => {
      const priority = caller.priority + by;
      mutate({ caller, place: { priority }, said: t("queues.said.priority", { priority }) });
    },
    askWhereTo: setMoving,
  };
}
