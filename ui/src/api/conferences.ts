/** Conferences: named rooms in which calls meet. */
import { queryOptions } from "@tanstack/react-query";

import { answer, client } from "./client";
import type { DialIntoConference, JoinConference } from "./types";

const of = (id: string) => ({ params: { path: { id } } });

/** Those that are live; the socket's events say when they are to be read again. */
export const conferencesQuery = queryOptions({
  queryKey: ["conferences"],
  queryFn: async () => (await answer(client.GET("/live/conferences"))).items,
});

export const joinConference = (call: string, body: JoinConference) =>
  answer(client.POST("/calls/{id}/conference", { ...of(call), body }));

export const leaveConference = (call: string) =>
  answer(client.POST("/calls/{id}/conference/leave", of(call)));

export const muteMember = (id: string, call: string, muted: boolean) =>
  answer(client.POST("/conferences/{id}/mute", { ...of(id), body: { call, muted } }));

export const removeMember = (id: string, call: string) =>
  answer(client.POST("/conferences/{id}/remove", { ...of(id), body: { call } }));

export const lockConference = (id: string, locked: boolean) =>
  answer(client.POST("/conferences/{id}/lock", { ...of(id), body: { locked } }));

export const recordConference = (id: string, on: boolean) =>
  answer(client.POST("/conferences/{id}/record", { ...of(id), body: { on } }));

export const dialIntoConference = (id: string, body: DialIntoConference) =>
  answer(client.POST("/conferences/{id}/dial", { ...of(id), body }));

export const endConference = (id: string) => answer(client.POST("/conferences/{id}/end", of(id)));
