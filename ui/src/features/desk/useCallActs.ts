/** What one may do to the call one is in, with the last refusal. */
import { useMutation } from "@tanstack/react-query";

import { endCall, pauseRecording, resumeRecording } from "@/api/calls";
import type { Call } from "@/api/types";

export interface CallActs {
  error: unknown;
  /** There is a recording that can be paused or resumed. */
  canPause: boolean;
  paused: boolean;
  toggleRecording: () => void;
  end: () => void;
}

export function useCallActs({ id, status, recording }: Call): CallActs {
  const { mutate, error } = useMutation({ mutationFn: (act: () => Promise<unknown>) => act() });
  const state = recording?.state;
  const paused = state === "paused";
  const canPause = status === "in_progress" && (state === "recording" || paused);
  return {
    error,
    canPause,
    paused,
    toggleRecording: () => {
      if (canPause) mutate(() => (paused ? resumeRecording(id) : pauseRecording(id)));
    },
    end: () => {
      mutate(() => endCall(id));
    },
  };
}
