/** Providers of speech and text, and the order in which they stand in for each other. */
import { queryOptions } from "@tanstack/react-query";

import { answer, client, done } from "./client";
import type { ProviderCreate, ProviderFallback, ProviderUpdate } from "./types";

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: async () => (await answer(client.GET("/providers"))).items,
  staleTime: 60_000,
});

export const createProvider = (body: ProviderCreate) => answer(client.POST("/providers", { body }));

export const updateProvider = (id: string, body: ProviderUpdate) =>
  answer(client.PATCH("/providers/{id}", { params: { path: { id } }, body }));

export const deleteProvider = (id: string) =>
  done(client.DELETE("/providers/{id}", { params: { path: { id } } }));

export const checkProvider = (id: string) =>
  answer(client.POST("/providers/{id}/check", { params: { path: { id } } }));

export const fallbackQuery = queryOptions({
  queryKey: ["provider-fallback"],
  queryFn: () => answer(client.GET("/provider-fallback")),
  staleTime: 60_000,
});

export const saveFallback = (body: ProviderFallback) => answer(client.PUT("/provider-fallback", { body }));
