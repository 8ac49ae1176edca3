/** The desk is read again for what concerns it, and for nothing else. */
import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";

import { deskQuery } from "@/api/queues";
import type { CallEvent, ServerMessage } from "@/api/types";
import { ann, call, event, item, liveCall, me } from "@/test/rows";

import { changesDesk, followDesk } from "./deskEvents";
import { agent, desk, deskCall, offered, own, user } from "./testDesk";

const told = (one: CallEvent): ServerMessage => ({ type: "event", ...one });
const ben = { kind: "person", user: "user_ben" } as const;
const busy = desk({ agent: agent({ state: "busy", calls: ["call_1"] }), calls: [deskCall()] });
const state = (user: string) =>
  event(
    1,
    { kind: "agent.state", data: { user, state: "ready", reason: null, until: null, by: null } },
    null,
  );

describe("what changes the desk", () => {
  it.each<[string, ServerMessage]>([
    ["a snapshot", { type: "snapshot", seq: 1, calls: [], trunks: [], you: me }],
    ["one's own phone", { type: "phone", user, connected: false }],
    ["one's own state", told(state(user))],
    [
      "an offer to oneself",
      told(event(1, { kind: "queue.offered", data: { queue: "q", to: own } }, "call_9")),
    ],
    ["the end of a call on it", told(event(1, { kind: "call.ended", data: call() }))],
    [
      "its call's floor",
      told(event(1, { kind: "floor.changed", data: { floor: ann, by: null, reason: "", at_ms: 1 } })),
    ],
  ])("%s does", (_, message) => {
    expect(changesDesk(message, user, busy)).toBe(true);
  });

  it.each<[string, ServerMessage]>([
    ["another's phone", { type: "phone", user: "user_ben", connected: false }],
    ["another's state", told(state("user_ben"))],
    ["an offer to another", told(event(1, { kind: "queue.offered", data: { queue: "q", to: ben } }))],
    ["a call elsewhere", told(event(1, { kind: "call.ended", data: call({ id: "call_2" }) }, "call_2"))],
    ["what is said", told(event(1, { kind: "transcript.item", data: item() }))],
  ])("%s does not", (_, message) => {
    expect(changesDesk(message, user, busy)).toBe(false);
  });
});

const ended = (seq: number) =>
  told(event(seq, { kind: "queue.offer_ended", data: { queue: "q", to: own, why: "caller_left" } }));

it("takes an offer away before the server is asked", () => {
  const queries = new QueryClient();
  const again = vi.spyOn(queries, "invalidateQueries");
  queries.setQueryData(deskQuery.queryKey, desk({ calls: [offered()] }));
  followDesk(queries, ended(1), user);
  expect(queries.getQueryData(deskQuery.queryKey)?.calls).toEqual([]);
  expect(again).toHaveBeenCalledOnce();
});

it("keeps the call that one has answered", () => {
  const queries = new QueryClient();
  const held = deskCall({ live: liveCall({ floor: ann }) });
  queries.setQueryData(deskQuery.queryKey, desk({ calls: [held] }));
  followDesk(queries, ended(1), user);
  expect(queries.getQueryData(deskQuery.queryKey)?.calls).toEqual([held]);
});
