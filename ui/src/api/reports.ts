/** Reports, and today's figures. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answer, apiBase, client } from "./client";
import type { ReportInterval } from "./types";

/** What to show. Dates are days of the organisation's time zone, both of them in the report; today where absent. */
export interface ReportAsked {
  from?: string | undefined;
  to?: string | undefined;
  interval: ReportInterval;
  /** Id of a queue or person; all where absent. */
  id?: string | undefined;
}

const span = ({ from, to, interval }: ReportAsked) => ({
  interval,
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});

export const queueReportQuery = (asked: ReportAsked) =>
  queryOptions({
    queryKey: ["reports", "queues", asked],
    queryFn: () => answer(client.GET("/reports/queues", { params: { query: queueParameters(asked) } })),
    placeholderData: keepPreviousData,
  });

export const agentReportQuery = (asked: ReportAsked) =>
  queryOptions({
    queryKey: ["reports", "agents", asked],
    queryFn: () => answer(client.GET("/reports/agents", { params: { query: agentParameters(asked) } })),
    placeholderData: keepPreviousData,
  });

/** Where the same report is a file. */
export function csvAddress(of: "queues" | "agents", asked: ReportAsked): string {
  const parameters = of === "queues" ? queueParameters(asked) : agentParameters(asked);
  return `${apiBase()}/reports/${of}?${new URLSearchParams({ ...parameters, format: "csv" }).toString()}`;
}

/** Today so far; the server keeps it, so that it may be asked for often. */
export const wallboardQuery = queryOptions({
  queryKey: ["wallboard"],
  queryFn: () => answer(client.GET("/wallboard")),
  refetchInterval: 5_000,
});

const queueParameters = (asked: ReportAsked) => ({
  ...span(asked),
  ...(asked.id === undefined ? {} : { queue: asked.id }),
});

const agentParameters = (asked: ReportAsked) => ({
  ...span(asked),
  ...(asked.id === undefined ? {} : { user: asked.id }),
});
