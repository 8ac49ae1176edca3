/** Alerts of live calls, what they are raised for, and which calls are recorded. */
import { queryOptions } from "@tanstack/react-query";

import { answer, client } from "./client";
import type { AlertSettings, RecordingRules } from "./types";

export const alertSettingsQuery = queryOptions({
  queryKey: ["alert-settings"],
  queryFn: () => answer(client.GET("/alerts/settings")),
});

export const saveAlertSettings = (body: AlertSettings) => answer(client.PUT("/alerts/settings", { body }));

export const acknowledgeAlert = (id: string) =>
  answer(client.POST("/alerts/{id}/acknowledge", { params: { path: { id } } }));

export const recordingRulesQuery = queryOptions({
  queryKey: ["recording-rules"],
  queryFn: () => answer(client.GET("/recording/settings")),
});

export const saveRecordingRules = (body: RecordingRules) =>
  answer(client.PUT("/recording/settings", { body }));
