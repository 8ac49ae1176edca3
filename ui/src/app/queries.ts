/** The query client: refusals are not retried, and losing the session shows the sign-in screen. */
import { QueryCache, QueryClient } from "@tanstack/react-query";

import { isRefusal } from "@/api/refusal";
import { sessionQuery } from "@/api/session";

export function createQueries(): QueryClient {
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isRefusal(error, "unauthenticated")) queries.setQueryData(sessionQuery.queryKey, null);
      },
    }),
    defaultOptions: {
      queries: {
        retry: (failures, error) =>
          failures < 2 && isRefusal(error) && (error.status === 0 || error.status >= 500),
        refetchOnWindowFocus: false,
      },
      mutations: { retry: false },
    },
  });
  return queries;
}
