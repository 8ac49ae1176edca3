/** Assistants: read, create, replace under their version, delete. */
import { queryOptions } from "@tanstack/react-query";

import { answer, client, done } from "./client";
import type { AssistantWrite } from "./types";

export const assistantsQuery = queryOptions({
  queryKey: ["assistants"],
  queryFn: async () => (await answer(client.GET("/assistants"))).items,
  staleTime: 60_000,
});

export const readAssistant = (id: string) =>
  answer(client.GET("/assistants/{id}", { params: { path: { id } } }));

export const assistantQuery = (id: string) =>
  queryOptions({
    queryKey: ["assistants", id],
    queryFn: () => readAssistant(id),
    // An open editor must not change under its writer's hands.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });

export const createAssistant = (body: AssistantWrite) => answer(client.POST("/assistants", { body }));

/** Refused with `precondition_failed` where the assistant is not at `version` any more. */
export const replaceAssistant = (id: string, version: number, body: AssistantWrite) =>
  answer(
    client.PUT("/assistants/{id}", {
      params: { path: { id }, header: { "If-Match": `"${String(version)}"` } },
      body,
    }),
  );

export const deleteAssistant = (id: string) =>
  done(client.DELETE("/assistants/{id}", { params: { path: { id } } }));
