/** What is written after a call; it outlives the time for wrap-up until it is saved or thrown away. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { deskQuery, disposeCall, endWrapUp } from "@/api/queues";
import { isRefusal } from "@/api/refusal";
import type { Call, Desk } from "@/api/types";

interface Written {
  disposition: string;
  notes: string;
}

interface Draft extends Written {
  call: Call;
  dispositions: readonly string[];
  required: boolean;
  /** As the server has it. */
  saved: Written;
}

/** What is wrong at the disposition. */
export type Missing = "required" | "forNotes" | null;

export interface WrapUpForm {
  draft: Draft;
  /** Time is up: only saving and throwing away are left. */
  late: boolean;
  missing: Missing;
  error: unknown;
  pending: boolean;
  set: (written: Partial<Written>) => void;
  /** Saves what is written and, in time, is done with wrap-up. */
  done: () => void;
  extend: () => void;
  discard: () => void;
}

const moreS = 30;
const mostS = 3600;
const empty: Written = { disposition: "", notes: "" };

const begin = (call: Call, desk: Desk): Draft => ({
  ...empty,
  call,
  dispositions: desk.dispositions,
  required: desk.disposition_required,
  saved: empty,
});

const isUnsaved = ({ disposition, notes, saved }: Draft): boolean =>
  disposition.trim() !== saved.disposition || notes.trim() !== saved.notes;

export function useWrapUp(desk: Desk | undefined): WrapUpForm | null {
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [missing, setMissing] = useState<Missing>(null);
  const now = desk?.wrapping_up ?? null;
  if (desk !== undefined && now !== null && draft?.call.id !== now.id) {
    setDraft(begin(now, desk));
    setMissing(null);
  }
  const save = useMutation({
    mutationFn: async ({
      draft: { call, disposition, notes, saved },
      end,
    }: {
      draft: Draft;
      end: boolean;
    }) => {
      const written = { disposition: disposition.trim(), notes: notes.trim() };
      const changed = written.disposition !== saved.disposition || written.notes !== saved.notes;
      if (changed && written.disposition !== "") {
        await disposeCall(call.id, written.disposition, written.notes);
        setDraft((latest) => (latest?.call.id === call.id ? { ...latest, saved: written } : latest));
      }
      return end ? endWrapUp(null) : null;
    },
    onSuccess: (agent) => {
      if (agent === null) return;
      queries.setQueryData(
        deskQuery.queryKey,
        (known) =>
          known && {
            ...known,
            agent,
            wrapping_up: agent.state === "wrap_up" ? known.wrapping_up : null,
          },
      );
    },
    onError: (error) => {
      if (isRefusal(error, "disposition_required")) setMissing("required");
    },
  });
  const extend = useMutation({
    mutationFn: (until: string | null) => {
      // The server counts from now on, people from the end they see.
      const leftS = until === null ? 0 : Math.max(0, Math.ceil((Date.parse(until) - Date.now()) / 1000));
      return endWrapUp(Math.min(mostS, leftS + moreS));
    },
    onSuccess: (agent) => {
      queries.setQueryData(deskQuery.queryKey, (known) => known && { ...known, agent });
    },
  });

  const late = draft !== null && now?.id !== draft.call.id;
  const { mutate, isIdle, isSuccess } = save;
  const talking = (desk?.calls.length ?? 0) > 0;
  useEffect(() => {
    // Whoever goes on to the next call has no form to save by: what was chosen is kept for them.
    const kept = late && talking && draft.disposition.trim() !== "" && isUnsaved(draft);
    if (kept && (isIdle || isSuccess)) mutate({ draft, end: false });
  }, [late, talking, draft, isIdle, isSuccess, mutate]);

  if (draft === null || desk === undefined) return null;
  if (late && !isUnsaved(draft)) return null;
  const shown = late || now === null ? draft : { ...draft, call: now };
  const error = isRefusal(save.error, "disposition_required") ? extend.error : (save.error ?? extend.error);
  return {
    draft: shown,
    late,
    missing,
    error,
    pending: save.isPending || extend.isPending,
    set: (written) => {
      setDraft({ ...draft, ...written });
      if (written.disposition !== undefined) setMissing(null);
    },
    done: () => {
      if (save.isPending) return;
      if (draft.disposition.trim() === "" && draft.notes.trim() !== "") setMissing("forNotes");
      else mutate({ draft, end: !late });
    },
    extend: () => {
      if (!late) extend.mutate(desk.agent.until);
    },
    discard: () => {
      setDraft({ ...draft, ...draft.saved });
    },
  };
}
