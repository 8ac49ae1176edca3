/** Trunks and numbers. */
import { queryOptions } from "@tanstack/react-query";

import { answer, client, done } from "./client";
import type { NumberWrite, TrunkWrite } from "./types";

export const trunksQuery = queryOptions({
  queryKey: ["trunks"],
  queryFn: async () => (await answer(client.GET("/trunks"))).items,
  staleTime: 60_000,
});

export const saveTrunk = (id: string | null, body: TrunkWrite) =>
  id === null
    ? answer(client.POST("/trunks", { body }))
    : answer(client.PUT("/trunks/{id}", { params: { path: { id } }, body }));

export const deleteTrunk = (id: string) => done(client.DELETE("/trunks/{id}", { params: { path: { id } } }));

export const numbersQuery = queryOptions({
  queryKey: ["numbers"],
  queryFn: async () => (await answer(client.GET("/numbers"))).items,
  staleTime: 60_000,
});

export const saveNumber = (id: string | null, body: NumberWrite) =>
  id === null
    ? answer(client.POST("/numbers", { body }))
    : answer(client.PUT("/numbers/{id}", { params: { path: { id } }, body }));

export const deleteNumber = (id: string) =>
  done(client.DELETE("/numbers/{id}", { params: { path: { id } } }));
