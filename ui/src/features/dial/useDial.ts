/** Calling somebody oneself: one's own phone first, then theirs, and then the desk. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";

import { dial } from "@/api/desk";
import { deskQuery } from "@/api/queues";
import { isRefusal } from "@/api/refusal";
import { usePhoneFirst } from "@/components/usePhoneFirst";

interface Wanted {
  /** E.164, or the id of a colleague. */
  to: string;
  queue: string | null;
}

export function useDial(onCalled: () => void) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const phoneFirst = usePhoneFirst();
  // A retry after a lost answer must not call twice.
  const attempt = useRef(crypto.randomUUID());
  return useMutation({
    mutationFn: async ({ to, queue }: Wanted) => {
      await phoneFirst();
      return dial(to, queue, attempt.current);
    },
    onSuccess: async () => {
      attempt.current = crypto.randomUUID();
      onCalled();
      await queries.invalidateQueries({ queryKey: deskQuery.queryKey });
      await navigate({ to: "/desk" });
    },
    onError: (error) => {
      if (!isRefusal(error, "offline")) attempt.current = crypto.randomUUID();
    },
  });
}
