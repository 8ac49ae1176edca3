/** Calls: read, place, act on. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { answer, client } from "./client";
import type { CallStatus, PlaceCall, SupervisionMode } from "./types";

export interface CallFilter {
  search?: string;
  status?: CallStatus;
  assistant?: string;
}

const pageSize = 50;

export const callsQuery = (filter: CallFilter) =>
  infiniteQueryOptions({
    queryKey: ["calls", "list", filter],
    queryFn: ({ pageParam }) =>
      answer(
        client.GET("/calls", {
          params: { query: { ...filter, limit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const callQuery = (id: string) =>
  queryOptions({
    queryKey: ["calls", "one", id],
    queryFn: () => answer(client.GET("/calls/{id}", { params: { path: { id } } })),
  });

export const transcriptQuery = (id: string) =>
  queryOptions({
    queryKey: ["calls", "transcript", id],
    queryFn: async () =>
      (await answer(client.GET("/calls/{id}/transcript", { params: { path: { id } } }))).items,
  });

export const eventsQuery = (id: string) =>
  queryOptions({
    queryKey: ["calls", "events", id],
    queryFn: async () => (await answer(client.GET("/calls/{id}/events", { params: { path: { id } } }))).items,
  });

export const waveformQuery = (id: string, slices: number) =>
  queryOptions({
    queryKey: ["calls", "waveform", id, slices],
    queryFn: () =>
      answer(client.GET("/calls/{id}/waveform", { params: { path: { id }, query: { slices } } })),
    staleTime: Infinity,
  });

/** Places a call; the same `idempotencyKey` never places a second one. */
export const placeCall = (body: PlaceCall, idempotencyKey: string) =>
  answer(client.POST("/calls", { body, params: { header: { "Idempotency-Key": idempotencyKey } } }));

const on = (id: string) => ({ params: { path: { id } } });

export const startRecording = (id: string) => answer(client.POST("/calls/{id}/recording/start", on(id)));

export const supervise = (id: string, mode: SupervisionMode) =>
  answer(client.POST("/calls/{id}/supervision", { ...on(id), body: { mode } }));

export const takeOver = (id: string, floorVersion: number) =>
  answer(client.POST("/calls/{id}/takeover", { ...on(id), body: { floor_version: floorVersion } }));

export const handBack = (id: string, floorVersion: number, note: string) =>
  answer(
    client.POST("/calls/{id}/handback", {
      ...on(id),
      body: { floor_version: floorVersion, note: note.trim() || null },
    }),
  );

export const whisperText = (id: string, text: string) =>
  answer(client.POST("/calls/{id}/whisper", { ...on(id), body: { text } }));

export const say = (id: string, text: string) =>
  answer(client.POST("/calls/{id}/say", { ...on(id), body: { text } }));

export const pauseRecording = (id: string) => answer(client.POST("/calls/{id}/recording/pause", on(id)));

export const resumeRecording = (id: string) => answer(client.POST("/calls/{id}/recording/resume", on(id)));

export const endCall = (id: string) => answer(client.POST("/calls/{id}/end", on(id)));
