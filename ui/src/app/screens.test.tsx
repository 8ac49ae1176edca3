/** Every screen renders against the API's answers and passes axe (contrast is measured in a real browser). */
import { screen } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { newAssistant } from "@/features/assistants/draft";
import { live } from "@/lib/live/store";
import { type Answers, refuse, renderConsole, serve } from "@/test/render";
import { agentOf, queueOf, waitingOf } from "@/test/queueRows";
import { ann, assistantOf, call, event, item, liveCall, me, trunk } from "@/test/rows";

const jane = assistantOf({ ...newAssistant, name: "Jane", code: "jane" });
const past = call({
  status: "completed",
  ended_at: "2026-03-01T09:32:00Z",
  duration_ms: 92_000,
  recording: {
    id: "rec_1",
    duration_ms: 92_000,
    complete: true,
    state: "complete",
    format: "wav",
    bytes: 1,
    sha256: "ab".repeat(32),
    url: "/api/v1/calls/call_1/recording",
  },
  outcome: {
    disposition: "promise_to_pay",
    summary: "Pays on the fifth.",
    sentiment: "positive",
    needs_review: true,
    fields: [{ name: "amount", value: 120, evidence: ["item_1"] }],
  },
});
const latency = {
  final_ms: 180,
  committed_ms: 300,
  first_token_ms: null,
  first_sentence_ms: null,
  first_audio_ms: 700,
  first_packet_ms: 720,
};
const reported = {
  from: "2026-03-02T02:00:00Z",
  to: "2026-03-02T03:00:00Z",
  queue: "queue_1",
  name: "Support",
  figures: { offered: 1, answered: 1, overflowed: {}, service_level_percent: 100, asa_ms: 900, aht_ms: null },
};
const answers: Answers = {
  "GET /session": me,
  "POST /live/ticket": () => new Promise(() => undefined),
  "GET /assistants": { items: [jane] },
  "GET /assistants/asst_jane": jane,
  "GET /calls": { items: [past], next_cursor: null },
  "GET /calls/call_1": past,
  "GET /calls/call_1/transcript": { items: [item({ latency })] },
  "GET /calls/call_1/events": {
    items: [
      event(1, { kind: "floor.changed", data: { floor: ann, by: null, reason: "take_over", at_ms: 10 } }),
    ],
  },
  "GET /calls/call_1/sip": { items: [], kept_days: 7, cut_short: false },
  "GET /calls/call_1/waveform": { duration_ms: 92_000, customer: [0.5], ours: [0.1] },
  "GET /trunks": { items: [trunk] },
  "GET /numbers": { items: [] },
  "GET /users": {
    items: [
      {
        id: "user_ann",
        email: "ann@example.com",
        name: "Ann Lee",
        role: "owner",
        phone_name: null,
        enabled: true,
        created_at: "2026-01-01T00:00:00Z",
        phone_connected: true,
      },
    ],
  },
  "GET /reports/queues": {
    from: "2026-03-01T17:00:00Z",
    to: "2026-03-02T17:00:00Z",
    as_of: "2026-03-02T05:00:00Z",
    time_zone: "Asia/Jakarta",
    interval: "60m",
    rows: [reported],
    total: reported.figures,
  },
  "GET /keys": { items: [] },
  "GET /webhooks": {
    items: [
      {
        id: "whep_1",
        contract: null,
        url: "https://crm.example/hook",
        description: "",
        topics: [],
        enabled: false,
        disabled_reason: "failing",
        failing_since: "2026-01-01T00:00:00Z",
        old_secret_until: null,
        created_at: "2026-01-01T00:00:00Z",
      },
    ],
  },
  "GET /webhook-deliveries": {
    items: [
      {
        id: "evt_1_0",
        webhook: "whep_1",
        contract: null,
        url: "https://crm.example/hook",
        topic: "call.completed",
        call: null,
        state: "pending",
        attempts: 1,
        next_attempt_at: "2026-01-01T00:05:00Z",
        created_at: "2026-01-01T00:00:00Z",
        finished_at: null,
      },
    ],
    next_cursor: null,
  },
  "GET /me/desk": {
    agent: {
      user: "user_ann",
      name: "Ann Lee",
      state: "ready",
      reason: null,
      since: "2026-03-01T09:30:00Z",
      until: null,
      calls: [],
      last_call: null,
      skills: {},
      capacity: 1,
      queues: [],
      calls_taken: 0,
      phone: true,
    },
    calls: [],
    wrapping_up: null,
    dispositions: [],
    disposition_required: false,
  },
  "GET /queues": { items: [queueOf({})] },
  "GET /floor": {
    queues: [{ queue: "queue_1", name: "Support", waiting: [waitingOf({})] }],
    agents: [agentOf({}), agentOf({ user: "user_cara", name: "Cara", state: "paused", reason: "Lunch" })],
  },
  "GET /sandbox/customers": { items: [] },
};

async function violations(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("\n")}`);
}

beforeEach(() => {
  live.reset();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("every screen", () => {
  it.each([
    ["/desk", "Waiting for the next call"],
    ["/floor", "No calls right now"],
    ["/floor?call=call_1", "Take over"],
    ["/floor?view=queues", "Lunch"],
    ["/floor?view=queues&call=call_1", "Take over"],
    ["/history", "Promise to pay"],
    ["/reports", "Average answer"],
    ["/history/call_1", "How quickly we answered"],
    ["/assistants", "Jane"],
    ["/assistants/asst_jane", "Taking turns"],
    ["/assistants/new", "Who it is"],
    ["/lines", "India Prod Trunk 1"],
    ["/phone", "Echo test"],
    ["/settings", "ann@example.com"],
    ["/settings?tab=keys", "No keys yet"],
    ["/settings?tab=webhooks", "call.completed"],
    ["/settings?tab=integrations", "sautikit"],
    ["/settings?tab=queues", "Longest idle"],
    ["/settings?tab=shortcuts", "Single-key shortcuts"],
  ])("%s shows %s and is accessible", async (path, text) => {
    serve(answers);
    renderConsole(path);
    await screen.findByRole("navigation");
    const calls = path.includes("call=") ? [liveCall()] : [];
    live.push({
      type: "snapshot",
      seq: 1,
      calls,
      trunks: [{ trunk: "trunk_1", status: trunk.state }],
      you: me,
    });
    expect((await screen.findAllByText(text))[0]).toBeInTheDocument();
    expect(await violations()).toEqual([]);
  });

  it("asks who it is where nobody is signed in", async () => {
    serve({ "GET /session": refuse(401, "unauthenticated", "Sign in") });
    renderConsole("/");
    expect(await screen.findByRole("button", { name: "Sign in" })).toBeVisible();
    expect(await violations()).toEqual([]);
  });
});

it("says that it is offline, and lets one reconnect", async () => {
  serve({ ...answers, "POST /live/ticket": refuse(503, "storage_unavailable", "no") });
  renderConsole("/phone");
  expect(await screen.findByRole("button", { name: "Reconnect now" })).toBeVisible();
});

it("hides what an agent may not see", async () => {
  serve({ ...answers, "GET /session": { ...me, role: "agent" } });
  renderConsole("/");
  expect(await screen.findByRole("heading", { name: "Desk" })).toBeVisible();
  expect(screen.queryByRole("link", { name: "Floor" })).toBeNull();
});
