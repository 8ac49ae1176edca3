/** The sandbox's simulated customers; `null` where the server runs without a sandbox. */
import { queryOptions } from "@tanstack/react-query";

import { answer, client } from "./client";
import { isRefusal } from "./refusal";
import type { SandboxCustomer } from "./types";

export const sandboxQuery = queryOptions({
  queryKey: ["sandbox"],
  queryFn: async (): Promise<SandboxCustomer[] | null> => {
    try {
      return (await answer(client.GET("/sandbox/customers"))).items;
    } catch (error) {
      if (isRefusal(error, "not_found")) return null;
      throw error;
    }
  },
  staleTime: Infinity,
});

export const callIn = (from: string, to: string) =>
  answer(client.POST("/sandbox/call-in", { body: { from, to } }));
