/** The floor: a call's row, the keys that act on it, and refusals said plainly. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { LiveCall } from "@/api/types";
import { live } from "@/lib/live/store";
import { type Answers, refuse, renderConsole, serve } from "@/test/render";
import { alert, ann, item, liveCall, me } from "@/test/rows";

const base: Answers = {
  "GET /session": me,
  "GET /assistants": { items: [] },
  "POST /live/ticket": () => new Promise(() => undefined),
  "GET /calls/call_1/transcript": { items: [item()] },
  "GET /calls/call_1/events": { items: [] },
};

const show = async (row: LiveCall, answers: Answers = {}) => {
  const asked = serve({ ...base, ...answers });
  renderConsole("/floor?call=call_1");
  await screen.findByRole("navigation");
  live.push({ type: "snapshot", seq: 1, calls: [row], trunks: [], you: me });
  await screen.findByRole("article");
  return asked;
};

beforeEach(() => {
  live.reset();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("shows state in words, who, the number and the last line", async () => {
  await show(
    liveCall({}, { last_line: "Yes, I can pay", supervisors: [{ user: "b", name: "Ben", mode: "listen" }] }),
  );
  const row = screen.getByRole("option");
  for (const text of ["AI", "Rina Wijaya", "+62 812 345678", "Yes, I can pay", "Ben listens"]) {
    expect(within(row).getByText(text)).toBeInTheDocument();
  }
  expect(row).toHaveAttribute("aria-selected", "true");
  expect(await screen.findByText("Hi, this is Jane.")).toBeVisible();
});

it("takes over with T, naming the version it saw", async () => {
  const asked = await show(liveCall({ floor: { holder: "assistant", user: null, name: null, version: 7 } }), {
    "POST /calls/call_1/takeover": { floor: ann },
  });
  await userEvent.keyboard("t");
  await waitFor(() => {
    expect(asked.find(({ path }) => path.endsWith("/takeover"))?.body).toEqual({ floor_version: 7 });
  });
});

it("says who holds the floor when somebody else was first", async () => {
  const taken = () =>
    refuse(409, "floor_taken", "the floor is held by Ben", { floor: { ...ann, name: "Ben Otieno" } });
  await show(liveCall(), { "POST /calls/call_1/takeover": taken });
  await userEvent.click(screen.getByRole("button", { name: /Take over/ }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The floor is held by Ben Otieno.");
});

it("hands back with a note on H and Enter", async () => {
  const asked = await show(liveCall({ floor: ann }), { "POST /calls/call_1/handback": { floor: ann } });
  await userEvent.keyboard("h");
  await userEvent.type(await screen.findByLabelText(/Note for the assistant/), "Agreed on Friday{Enter}");
  await waitFor(() => {
    expect(asked.find(({ path }) => path.endsWith("/handback"))?.body).toEqual({
      floor_version: 2,
      note: "Agreed on Friday",
    });
  });
});

it("asks before it ends a call", async () => {
  const asked = await show(liveCall(), { "POST /calls/call_1/end": { floor: ann } });
  await userEvent.keyboard("e");
  const dialog = await screen.findByRole("dialog", { name: "End this call?" });
  expect(asked.some(({ path }) => path.endsWith("/end"))).toBe(false);
  await userEvent.click(within(dialog).getByRole("button", { name: "End the call" }));
  await waitFor(() => {
    expect(asked.some(({ path }) => path.endsWith("/end"))).toBe(true);
  });
});

it("says a sentence to the customer, and keeps it when it was refused", async () => {
  const answers: Answers = { "POST /calls/call_1/say": refuse(409, "wrong_state", "the call is ended") };
  await show(liveCall(), answers);
  await userEvent.keyboard("s");
  const line = screen.getByLabelText(/The customer hears exactly this/);
  expect(line).toHaveFocus();
  await userEvent.type(line, "One moment{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("the call is ended");
  expect(line).toHaveValue("One moment");
});

it("shows half a sentence apart from whole ones, and not to screen readers", async () => {
  await show(liveCall());
  live.push({ type: "interim", call: "call_1", speaker: "customer", text: "Yes, on the fif", start_ms: 1 });
  const half = await screen.findByText("Yes, on the fif");
  expect(half.closest("[aria-hidden='true']")).not.toBeNull();
  expect(screen.getByRole("log")).not.toContainElement(half);
});

const recorded = (state: "recording" | "paused") => ({
  id: "rec_1",
  duration_ms: 0,
  complete: false,
  state,
  format: "wav" as const,
  bytes: null,
  sha256: null,
  url: "/api/v1/calls/call_1/recording",
});

it("pauses the recording on P, and tells everyone while it is paused", async () => {
  const asked = await show(liveCall({ recording: recorded("recording") }), {
    "POST /calls/call_1/recording/pause": { floor: ann },
    "POST /calls/call_1/recording/resume": { floor: ann },
  });
  await userEvent.keyboard("p");
  await waitFor(() => {
    expect(asked.some(({ path }) => path.endsWith("/recording/pause"))).toBe(true);
  });
  live.push({
    type: "snapshot",
    seq: 2,
    calls: [liveCall({ recording: recorded("paused") })],
    trunks: [],
    you: me,
  });
  expect(await screen.findByText("Recording paused")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: /Resume recording/ }));
  await waitFor(() => {
    expect(asked.some(({ path }) => path.endsWith("/recording/resume"))).toBe(true);
  });
});

it("leads to the newest alert and listens with A", async () => {
  const row = liveCall({}, { alerts: [alert()] });
  const asked = serve({
    ...base,
    "POST /calls/call_1/supervision": { floor: row.call.floor },
    "POST /alerts/alert_1/acknowledge": alert(),
  });
  renderConsole("/floor");
  await screen.findByRole("navigation");
  live.push({ type: "snapshot", seq: 1, calls: [row], trunks: [], you: me });
  expect(within(await screen.findByRole("option")).getByText("Legal threat")).toBeInTheDocument();
  await userEvent.keyboard("a");
  await waitFor(() => {
    expect(asked.find(({ path }) => path.endsWith("/supervision"))?.body).toEqual({ mode: "listen" });
  });
  await userEvent.click(await screen.findByRole("button", { name: "Seen: Legal threat" }));
  await waitFor(() => {
    expect(asked.some(({ path }) => path === "/alerts/alert_1/acknowledge")).toBe(true);
  });
});
