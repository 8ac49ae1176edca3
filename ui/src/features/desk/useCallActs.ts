/** What one may do to the call one is in, with the last refusal. */
import { useMutation } from "@tanstack/react-query";

import { endCall, pauseRecording, resumeRecording } from "@/api/calls";
import { holdCall, resumeCall } from "@/api/desk";
import type { LiveCall } from "@/api/types";

export interface CallActs {
  error: unknown;
  pending: boolean;
  /** There is a recording that can be paused or resumed. */
  canPause: boolean;
  paused: boolean;
  toggleRecording: () => void;
  /** One holds the customer, and gives them to nobody just now. */
  canHold: boolean;
  held: boolean;
  toggleHold: () => void;
  end: () => void;
}

export function useCallActs({ call, held, transfer }: LiveCall, user: string): CallActs {
  const { id, status, recording, floor } = call;
  const { mutate, error, isPending } = useMutation({ mutationFn: (act: () => Promise<unknown>) => act() });
  const talking = status === "in_progress";
  const paused = recording?.state === "paused";
  const canPause = talking && (recording?.state === "recording" || paused);
  const canHold = talking && floor.holder === "person" && floor.user === user && transfer === null;
  return {
    error,
    pending: isPending,
    canPause,
    paused,
    toggleRecording: () => {
      if (canPause) mutate(() => (paused ? resumeRecording(id) : pauseRecording(id)));
    },
    canHold,
    held,
    toggleHold: () => {
      if (canHold && !isPending) mutate(() => (held ? resumeCall(id) : holdCall(id)));
    },
    end: () => {
      mutate(() => endCall(id));
    },
  };
}
