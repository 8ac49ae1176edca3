/** The live state after snapshots, events, interim text, a resume and a resync. */
import { describe, expect, it } from "vitest";

import type { ServerMessage } from "@/api/types";
import { ann, call, event, item, liveCall, me } from "@/test/rows";

import { reduce } from "./reduce";
import { emptyState } from "./state";

const snapshot: ServerMessage = { type: "snapshot", seq: 10, calls: [liveCall()], trunks: [], you: me };
const told = (one: ReturnType<typeof event>): ServerMessage => ({ type: "event", ...one });
const begun = reduce(emptyState, [snapshot]);

describe("a snapshot", () => {
  it("replaces everything and says where to resume", () => {
    const later = reduce(begun, [{ ...snapshot, seq: 20, calls: [liveCall({ id: "call_2" })] }]);
    expect([...later.calls.keys()]).toEqual(["call_2"]);
    expect(later.seq).toBe(20);
    expect(later.generation).toBe(begun.generation + 1);
  });
});

describe("events", () => {
  it("move the sequence on and are applied once", () => {
    const created = told(event(11, { kind: "call.created", data: call({ id: "call_2" }) }, "call_2"));
    const state = reduce(begun, [created]);
    expect(state.seq).toBe(11);
    expect(state.calls.size).toBe(2);
    expect(reduce(state, [created])).toBe(state);
  });

  it("hand the floor over and mark it in the transcript", () => {
    const data = { floor: ann, by: "user_ann", reason: "take_over", at_ms: 9000 };
    const state = reduce(begun, [told(event(11, { kind: "floor.changed", data }))]);
    expect(state.calls.get("call_1")?.call.floor).toEqual(ann);
    expect(state.marks.get("call_1")).toHaveLength(1);
  });

  it("keep a corrected item once, in its place", () => {
    const state = reduce(begun, [
      told(event(11, { kind: "transcript.item", data: item({ id: "b", position: 2, text: "second" }) })),
      told(event(12, { kind: "transcript.item", data: item({ id: "a", position: 1, text: "firs" }) })),
      told(event(13, { kind: "transcript.item", data: item({ id: "a", position: 1, text: "first" }) })),
    ]);
    expect(state.items.get("call_1")?.map(({ text }) => text)).toEqual(["first", "second"]);
    expect(state.calls.get("call_1")?.last_line).toBe("first");
  });

  it("list who listens, and forget who left", () => {
    const mode = (seq: number, word: "listen" | "left") =>
      told(event(seq, { kind: "supervision.changed", data: { by: "user_ben", name: "Ben", mode: word } }));
    const listening = reduce(begun, [mode(11, "listen")]);
    expect(listening.calls.get("call_1")?.supervisors).toEqual([
      { user: "user_ben", name: "Ben", mode: "listen" },
    ]);
    expect(reduce(listening, [mode(12, "left")]).calls.get("call_1")?.supervisors).toEqual([]);
  });

  it("show a transfer while it is under way, and mark its steps", () => {
    const transfer = { by: "user_ann", to: null, name: "outside", state: "calling", held: true } as const;
    const step = (seq: number, state: "calling" | "busy") =>
      told(event(seq, { kind: "transfer.changed", data: { transfer: { ...transfer, state }, at_ms: seq } }));
    const calling = reduce(begun, [step(11, "calling")]);
    expect(calling.calls.get("call_1")?.transfer).toEqual(transfer);
    const over = reduce(calling, [step(12, "busy")]);
    expect(over.calls.get("call_1")?.transfer).toBeNull();
    expect(over.marks.get("call_1")).toHaveLength(2);
  });

  it("move an ended call aside with what it said last", () => {
    const ended = call({ status: "completed", ended_at: "2026-03-01T09:32:00Z" });
    const state = reduce(begun, [told(event(11, { kind: "call.ended", data: ended }))]);
    expect(state.calls.size).toBe(0);
    expect(state.ended.get("call_1")?.call.status).toBe("completed");
  });

  it("leave the parts they do not touch as they are", () => {
    const state = reduce(begun, [{ type: "phone", user: "user_ben", connected: true }]);
    expect(state.calls).toBe(begun.calls);
    expect(state.phones.get("user_ben")).toBe(true);
  });
});

describe("interim text", () => {
  const interim = (text: string, speaker: "customer" | "person" = "customer"): ServerMessage => ({
    type: "interim",
    call: "call_1",
    speaker,
    text,
    start_ms: 5,
  });

  it("is replaced per speaker and cleared by empty text", () => {
    const state = reduce(begun, [interim("Yes"), interim("Hello", "person"), interim("Yes, I can")]);
    expect(state.interims.get("call_1")?.map(({ text }) => text)).toEqual(["Hello", "Yes, I can"]);
    expect(reduce(state, [interim("")]).interims.get("call_1")).toHaveLength(1);
  });

  it("goes when its sentence arrives", () => {
    const said = event(11, {
      kind: "transcript.item",
      data: item({ speaker: "customer", text: "Yes, I can." }),
    });
    expect(reduce(begun, [interim("Yes, I"), told(said)]).interims.size).toBe(0);
  });
});
