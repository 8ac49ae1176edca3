/** Queues, agents and one's own desk. */
import { queryOptions } from "@tanstack/react-query";

import { answer, client, done } from "./client";
import type { CallbackOutcome, CallbackWrite, PresenceWrite, QueueWrite } from "./types";

export const queuesQuery = queryOptions({
  queryKey: ["queues"],
  queryFn: async () => (await answer(client.GET("/queues"))).items,
  staleTime: 60_000,
});

export const saveQueue = (id: string | null, body: QueueWrite) =>
  id === null
    ? answer(client.POST("/queues", { body }))
    : answer(client.PUT("/queues/{id}", { params: { path: { id } }, body }));

export const deleteQueue = (id: string) => done(client.DELETE("/queues/{id}", { params: { path: { id } } }));

/** Who waits and who takes calls; the socket's events say when it is to be read again. */
export const floorQuery = queryOptions({
  queryKey: ["floor"],
  queryFn: () => answer(client.GET("/floor")),
});

export const deskQuery = queryOptions({
  queryKey: ["desk"],
  queryFn: () => answer(client.GET("/me/desk")),
});

export const setMyPresence = (body: PresenceWrite) => answer(client.PUT("/me/presence", { body }));

export const setAgentPresence = (id: string, body: PresenceWrite) =>
  answer(client.PUT("/agents/{id}/presence", { params: { path: { id } }, body }));

export const saveAgent = (
  id: string,
  body: { skills: Record<string, number>; capacity: number; pinned: boolean },
) => answer(client.PUT("/agents/{id}", { params: { path: { id } }, body }));

/** Done with wrap-up, or so many seconds more. */
export const endWrapUp = (extendS: number | null) =>
  answer(client.POST("/me/wrap-up", { body: { extend_s: extendS } }));

export const answerOffer = (id: string) =>
  answer(client.POST("/calls/{id}/answer", { params: { path: { id } } }));

export const declineOffer = (id: string) =>
  answer(client.POST("/calls/{id}/decline", { params: { path: { id } } }));

export const disposeCall = (id: string, disposition: string, notes: string) =>
  done(client.PUT("/calls/{id}/disposition", { params: { path: { id } }, body: { disposition, notes } }));

/** Another place for a caller who waits. */
export const reorderCaller = (id: string, place: { queue: string } | { priority: number } | "front") =>
  done(
    client.POST("/calls/{id}/place", {
      params: { path: { id } },
      body:
        place === "front"
          ? { queue: null, priority: null, to_front: true }
          : { queue: null, priority: null, to_front: false, ...place },
    }),
  );

/** Whose callers somebody takes, as a whole. */
export const setAgentQueues = (id: string, queues: { queue: string; rank: number }[]) =>
  answer(client.PUT("/agents/{id}/queues", { params: { path: { id } }, body: { queues } }));

/** Customers who are to be called back and are not yet. */
export const callbacksQuery = queryOptions({
  queryKey: ["callbacks"],
  queryFn: async () =>
    (await answer(client.GET("/callbacks", { params: { query: { open: true, limit: 200 } } }))).items,
});

export const createCallback = (body: CallbackWrite) => answer(client.POST("/callbacks", { body }));

export const cancelCallback = (id: string) =>
  answer(client.DELETE("/callbacks/{id}", { params: { path: { id } } }));

export const settleCallback = (id: string, outcome: CallbackOutcome) =>
  answer(client.POST("/callbacks/{id}/settle", { params: { path: { id } }, body: { outcome } }));
