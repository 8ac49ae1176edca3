/** A call's SIP messages. */
import { queryOptions } from "@tanstack/react-query";

import { answer, apiBase, client } from "./client";

/** More of them come while the call is live. */
export const sipQuery = (id: string, live: boolean) =>
  queryOptions({
    queryKey: ["calls", "sip", id],
    queryFn: () => answer(client.GET("/calls/{id}/sip", { params: { path: { id } } })),
    refetchInterval: live ? 2_000 : false,
  });

/** Where the same is as plain text. */
export const sipTextAddress = (id: string) => `${apiBase()}/calls/${encodeURIComponent(id)}/sip/text`;
