/** People and programs' keys; administrators only. */
import { queryOptions } from "@tanstack/react-query";

import { answer, client } from "./client";
import type { KeyCreate, User, UserCreate } from "./types";

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: async () => (await answer(client.GET("/users"))).items,
  staleTime: 60_000,
});

export const createUser = (body: UserCreate) => answer(client.POST("/users", { body }));

export type UserChange = Partial<Pick<User, "name" | "role" | "enabled">> & { password?: string };

export const updateUser = (id: string, change: UserChange) =>
  answer(
    client.PATCH("/users/{id}", {
      params: { path: { id } },
      // `null` leaves a field as it is.
      body: { name: null, role: null, password: null, enabled: null, ...change },
    }),
  );

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: async () => (await answer(client.GET("/keys"))).items,
  staleTime: 60_000,
});

export const createKey = (body: KeyCreate) => answer(client.POST("/keys", { body }));

export const revokeKey = (id: string) => answer(client.DELETE("/keys/{id}", { params: { path: { id } } }));

export const rotateKey = (id: string, overlap_s: number) =>
  answer(client.POST("/keys/{id}/rotate", { params: { path: { id } }, body: { overlap_s } }));
