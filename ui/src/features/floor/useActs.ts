/** A supervisor's acts on one call, with the last refusal. */
import { useMutation } from "@tanstack/react-query";
import { useMemo } from "react";

import {
  endCall,
  handBack,
  pauseRecording,
  resumeRecording,
  say,
  startRecording,
  supervise,
  takeOver,
  whisperText,
} from "@/api/calls";
import type { LiveCall, SupervisionMode } from "@/api/types";
import { usePhoneFirst } from "@/components/usePhoneFirst";
import { live as liveStore, useLive } from "@/lib/live/store";

import { standing, type Standing } from "./standing";

export interface Acts extends Standing {
  error: unknown;
  pending: boolean;
  supervise: (mode: SupervisionMode) => void;
  takeOver: () => void;
  handBack: (note: string) => void;
  say: (text: string) => Promise<void>;
  whisper: (text: string) => Promise<void>;
  /** Starts a recording, pauses one that runs, resumes one that is paused. */
  toggleRecording: () => void;
  end: () => void;
}

export function useActs(row: LiveCall): Acts {
  const me = useLive((state) => state.me?.user ?? null);
  const phoneFirst = usePhoneFirst();
  const { id } = row.call;
  const { mutate, mutateAsync, error, isPending } = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
  });
  // The version at the moment of the click, not at the last render of the button.
  const version = () => liveStore.get().calls.get(id)?.call.floor.version ?? row.call.floor.version;
  const place = useMemo(() => standing(row, me), [row, me]);

  return {
    ...place,
    error,
    pending: isPending,
    supervise: (mode) => {
      mutate(async () => {
        if (mode !== "left") await phoneFirst();
        return supervise(id, mode);
      });
    },
    takeOver: () => {
      mutate(async () => {
        await phoneFirst();
        return takeOver(id, version());
      });
    },
    handBack: (note) => {
      mutate(() => handBack(id, version(), note));
    },
    say: async (text) => {
      await mutateAsync(() => say(id, text));
    },
    whisper: async (text) => {
      await mutateAsync(() => whisperText(id, text));
    },
    toggleRecording: () => {
      const act = place.canRecord ? startRecording : place.paused ? resumeRecording : pauseRecording;
      mutate(() => act(id));
    },
    end: () => {
      mutate(() => endCall(id));
    },
  };
}
