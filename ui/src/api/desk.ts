/** What people do to the call they hold themselves, calls of their own, and whom they can reach. */
import { queryOptions } from "@tanstack/react-query";

import { answer, client } from "./client";
import type { Transfer } from "./types";

const on = (id: string) => ({ params: { path: { id } } });

export const colleaguesQuery = queryOptions({
  queryKey: ["desk", "colleagues"],
  queryFn: () => answer(client.GET("/desk/colleagues")),
});

/** Calls a number or a colleague oneself; the same `idempotencyKey` never places a second call. */
export const dial = (to: string, queue: string | null, idempotencyKey: string) =>
  answer(
    client.POST("/desk/calls", {
      body: { to, ...(queue === null ? {} : { queue }) },
      params: { header: { "Idempotency-Key": idempotencyKey } },
    }),
  );

export const holdCall = (id: string) => answer(client.POST("/calls/{id}/hold", on(id)));

export const resumeCall = (id: string) => answer(client.POST("/calls/{id}/resume", on(id)));

export const sendKeys = (id: string, digits: string) =>
  answer(client.POST("/calls/{id}/dtmf", { ...on(id), body: { digits } }));

export const transfer = (id: string, body: Transfer) =>
  answer(client.POST("/calls/{id}/transfer", { ...on(id), body }));

/** Whom one consults has the customer; before they answer, it goes on as a blind transfer. */
export const completeTransfer = (id: string) => answer(client.POST("/calls/{id}/transfer/complete", on(id)));

export const abandonTransfer = (id: string) => answer(client.POST("/calls/{id}/transfer/abandon", on(id)));

export const swapTransfer = (id: string) => answer(client.POST("/calls/{id}/transfer/swap", on(id)));

export const threeWay = (id: string) => answer(client.POST("/calls/{id}/transfer/three-way", on(id)));
