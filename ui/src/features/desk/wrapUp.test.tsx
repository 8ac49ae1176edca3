/** Wrap-up: a disposition by digit, notes, more time, and what the server refuses. */
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Desk } from "@/api/types";
import { live } from "@/lib/live/store";
import { type Answers, refuse, renderConsole, serve } from "@/test/render";
import { ann, call, event, liveCall, me } from "@/test/rows";
import { fakeLive, liveTicket } from "@/test/socket";

// Loaded here, so that no test waits for the room itself.
import "./DeskScreen";
import { agent, desk, deskCall, user } from "./testDesk";

const over = call({ status: "completed", ended_at: "2026-03-01T09:32:00Z", floor: ann });
const inS = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const wrapping = (rest: Partial<Desk> = {}) =>
  desk({
    agent: agent({ state: "wrap_up", until: inS(40), last_call: "call_1" }),
    wrapping_up: over,
    dispositions: ["Resolved", "Promise to pay", "Call again"],
    ...rest,
  });

async function open(first: Desk, answers: Answers = {}) {
  const now = { desk: first };
  const socket = fakeLive();
  const asked = serve({
    ...liveTicket,
    "GET /session": { ...me, role: "agent" },
    "GET /me/desk": () => now.desk,
    "PUT /calls/call_1/disposition": () => new Response(null, { status: 204 }),
    "POST /me/wrap-up": () => {
      now.desk = desk();
      return now.desk.agent;
    },
    ...answers,
  });
  renderConsole("/desk");
  const sent = (method: string, path: string) =>
    asked.filter((one) => one.method === method && one.path === path).map(({ body }) => body);
  return { now, sent, ...socket };
}

const form = () => screen.findByRole("form", { name: "Wrap-up: Rina Wijaya" });
const ended = event(3, {
  kind: "agent.state",
  data: { user, state: "ready", reason: null, until: null, by: null },
});

beforeEach(() => {
  live.reset();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("begins when the call ends, takes the focus, and is done by keyboard alone", async () => {
  const talking = desk({
    agent: agent({ state: "busy", calls: ["call_1"] }),
    calls: [deskCall({ live: liveCall({ floor: ann }) })],
  });
  const { now, sent, happened } = await open(talking);
  await screen.findByRole("region", { name: "Softphone" });
  now.desk = wrapping();
  await happened(event(2, { kind: "call.ended", data: over }));
  expect(await form()).toHaveFocus();
  const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
  expect(found.violations).toEqual([]);

  await userEvent.keyboard("2");
  expect(screen.getByRole("button", { name: "Promise to pay" })).toHaveAttribute("aria-pressed", "true");
  await userEvent.keyboard("cOn the 5th{Escape}");
  await userEvent.keyboard("f");
  expect(await screen.findByText("Waiting for the next call")).toBeVisible();
  expect(sent("PUT", "/calls/call_1/disposition")).toEqual([
    { disposition: "Promise to pay", notes: "On the 5th" },
  ]);
  expect(sent("POST", "/me/wrap-up")).toEqual([{ extend_s: null }]);
});

it("shows at the field that a disposition is needed, until one is chosen", async () => {
  const { sent } = await open(wrapping({ disposition_required: true }), {
    "POST /me/wrap-up": refuse(409, "disposition_required", "say what came of the call first"),
  });
  await form();
  await userEvent.keyboard("f");
  const alert = await screen.findByText("Say what came of the call first.");
  expect(screen.getByRole("group", { name: "What came of it (needed)" })).toContainElement(alert);
  expect(screen.getAllByText("Say what came of the call first.")).toHaveLength(1);
  expect(sent("PUT", "/calls/call_1/disposition")).toEqual([]);
  await userEvent.keyboard("1");
  expect(screen.queryByText("Say what came of the call first.")).toBeNull();
});

it("keeps notes by asking what they are about, rather than losing them", async () => {
  const { sent } = await open(wrapping());
  await form();
  await userEvent.type(screen.getByLabelText(/Notes/), "Moved house{Control>}{Enter}{/Control}");
  expect(await screen.findByText(/so that your notes are kept/)).toBeVisible();
  expect(sent("POST", "/me/wrap-up")).toEqual([]);
});

it("takes one's own words where the queue has none", async () => {
  const { sent } = await open(wrapping({ dispositions: [] }));
  const words = await screen.findByLabelText(/What came of it/);
  expect(words).toHaveFocus();
  await userEvent.type(words, "Wrong number, 2nd time{Enter}");
  await screen.findByText("Waiting for the next call");
  expect(sent("PUT", "/calls/call_1/disposition")).toEqual([
    { disposition: "Wrong number, 2nd time", notes: "" },
  ]);
});

it("adds thirty seconds to the time that is left", async () => {
  const { sent } = await open(wrapping(), {
    "POST /me/wrap-up": agent({ state: "wrap_up", until: inS(125), last_call: "call_1" }),
  });
  await form();
  expect(screen.getByRole("timer").textContent).toMatch(/^0:(39|40)$/);
  await userEvent.keyboard("x");
  await waitFor(() => {
    expect(screen.getByRole("timer").textContent).toMatch(/^2:0[45]$/);
  });
  const [body] = sent("POST", "/me/wrap-up") as [{ extend_s: number }];
  expect(body.extend_s).toBeGreaterThanOrEqual(69);
  expect(body.extend_s).toBeLessThanOrEqual(70);
});

it("keeps what was written when the time runs out", async () => {
  const { now, sent, happened } = await open(wrapping());
  await form();
  await userEvent.keyboard("3");
  await userEvent.type(screen.getByLabelText(/Notes/), "After six");
  now.desk = desk({ agent: agent({ last_call: "call_1" }) });
  await happened(ended);
  expect(await screen.findByText(/not saved yet/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => {
    expect(screen.queryByRole("form")).toBeNull();
  });
  expect(sent("PUT", "/calls/call_1/disposition")).toEqual([
    { disposition: "Call again", notes: "After six" },
  ]);
  expect(sent("POST", "/me/wrap-up")).toEqual([]);
});

it("saves what was chosen for whoever is in the next call already", async () => {
  const { now, sent, happened } = await open(wrapping());
  await form();
  await userEvent.keyboard("1");
  const next = liveCall({ id: "call_2", floor: ann });
  now.desk = desk({
    agent: agent({ state: "busy", calls: ["call_2"], last_call: "call_1" }),
    calls: [deskCall({ live: next })],
  });
  await happened(ended);
  await screen.findByRole("region", { name: "Softphone" });
  await waitFor(() => {
    expect(sent("PUT", "/calls/call_1/disposition")).toEqual([{ disposition: "Resolved", notes: "" }]);
  });
});

it("offers the drafted summary for the notes", async () => {
  const outcome = {
    disposition: "resolved",
    summary: "Pays on the fifth.",
    sentiment: "positive" as const,
    needs_review: false,
    fields: [],
  };
  await open(wrapping({ wrapping_up: { ...over, outcome } }));
  await form();
  await userEvent.click(screen.getByRole("button", { name: "Take it into the notes" }));
  expect(screen.getByLabelText(/Notes/)).toHaveValue("Pays on the fifth.");
});
