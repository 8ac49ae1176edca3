/** Reports: what is asked for, what is shown, what is in the file; and the four figures of the wallboard. */
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { QueueFigures, QueueReport } from "@/api/types";
import { live } from "@/lib/live/store";
import { renderConsole, renderPart, serve } from "@/test/render";
import { me } from "@/test/rows";
import { ServiceLevel } from "@/components/ServiceLevel";
import { showFigure } from "@/lib/format/figure";

beforeEach(() => {
  live.reset();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const figures: QueueFigures = {
  offered: 1234,
  answered: 3,
  answered_in_time: 2,
  abandoned: 1,
  abandoned_short: 0,
  overflowed: { full: 2, unstaffed: 1 },
  moved: 0,
  taken_over: 0,
  service_level_percent: 50,
  abandon_percent: 25,
  asa_ms: 12_400,
  longest_wait_ms: 65_000,
  average_abandon_wait_ms: null,
  handled: 3,
  aht_ms: 140_000,
  average_talk_ms: 120_000,
  missed: 0,
  declined: 0,
};

const report: QueueReport = {
  from: "2026-03-01T17:00:00Z",
  to: "2026-03-02T17:00:00Z",
  as_of: "2026-03-02T05:00:00Z",
  time_zone: "Asia/Jakarta",
  interval: "60m",
  rows: [
    { from: "2026-03-02T02:00:00Z", to: "2026-03-02T03:00:00Z", queue: "queue_1", name: "Support", figures },
  ],
  total: { ...figures, offered: 2000 },
};

const answers = {
  "GET /session": me,
  "POST /live/ticket": () => new Promise(() => undefined),
  "GET /queues": { items: [] },
  "GET /users": { items: [] },
  "GET /reports/queues": report,
};

it("shows each interval in the organisation's time and the total under it", async () => {
  serve(answers);
  renderConsole("/reports");
  const table = within(await screen.findByRole("table", { name: "Queues" }, { timeout: 10_000 }));
  const [, first, last] = table.getAllByRole("row");
  expect(first).toHaveTextContent(/Mar.*9:00.*Support.*1,234/);
  expect(first).toHaveTextContent("50.0%");
  expect(last).toHaveTextContent(/Total.*2,000/);
  expect(screen.getByLabelText("From")).toHaveValue("2026-03-02");
  expect(screen.getByLabelText("To")).toHaveValue("2026-03-02");
  const file = new URL(screen.getByRole("link", { name: "Download CSV" }).getAttribute("href") ?? "");
  expect(file.pathname).toBe("/api/v1/reports/queues");
  expect(file.searchParams.get("format")).toBe("csv");
});

it("asks for the days and the interval that were chosen", async () => {
  const queries: string[] = [];
  serve(answers);
  const served = globalThis.fetch;
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname.endsWith("/reports/queues")) queries.push(search);
    return served(request);
  });
  renderConsole("/reports?from=2026-02-01&to=2026-02-28");
  await screen.findByRole("table", { name: "Queues" }, { timeout: 10_000 });
  await userEvent.click(screen.getByRole("combobox", { name: "Interval" }));
  await userEvent.click(await screen.findByRole("option", { name: "Day", hidden: true }));
  await vi.waitFor(() => {
    expect(queries.at(-1)).toBe("?interval=day&from=2026-02-01&to=2026-02-28");
  });
});

it("goes from queues to agents and says that nothing happened", async () => {
  serve({ ...answers, "GET /reports/agents": { ...report, rows: [], total: {} } });
  renderConsole("/reports?id=queue_1");
  await userEvent.click(await screen.findByRole("radio", { name: "Agents" }));
  expect(await screen.findByText("Nothing happened in this time")).toBeVisible();
  const file = new URL(screen.getByRole("link", { name: "Download CSV" }).getAttribute("href") ?? "");
  expect([file.pathname, file.searchParams.get("user")]).toEqual(["/api/v1/reports/agents", null]);
});

it("names the four figures for those who do not see them", () => {
  renderPart(<ServiceLevel figures={{ ...figures, aht_ms: null }} />);
  const group = within(screen.getByRole("group", { name: "Today so far" }));
  expect(group.getAllByRole("img").map((figure) => figure.getAttribute("aria-label"))).toEqual([
    "Service level: 50.0%",
    "Average speed of answer: 0:12",
    "Abandoned: 25.0%",
    "Average handling time: none yet",
  ]);
});

it("rounds times to the second", () => {
  expect([19_400, 19_600, null].map((ms) => showFigure(ms, "time", "en"))).toEqual(["0:19", "0:20", "–"]);
});
