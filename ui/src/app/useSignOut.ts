/** Leaving: the phone first, then the session. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { sessionQuery, signOut } from "@/api/session";
import { useHost } from "@/host";

export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  const { phone } = useHost();
  return useCallback(async () => {
    await phone.disconnect().catch(() => undefined);
    await signOut().catch(() => undefined);
    queries.clear();
    queries.setQueryData(sessionQuery.queryKey, null);
  }, [queries, phone]);
}
