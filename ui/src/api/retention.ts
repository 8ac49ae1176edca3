/** How long things are kept. */
import { queryOptions } from "@tanstack/react-query";

import { answer, client } from "./client";
import type { RetentionSettings } from "./types";

export const retentionQuery = queryOptions({
  queryKey: ["retention"],
  queryFn: () => answer(client.GET("/retention")),
});

export const saveRetention = (body: RetentionSettings) => answer(client.PUT("/retention", { body }));
