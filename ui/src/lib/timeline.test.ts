/** Lines and marks in one order; measured silences beside their takeover; what was meant but not heard. */
import { expect, it } from "vitest";

import { ann, event, item } from "@/test/rows";

import { pauses, timeline, unheard } from "./timeline";

it("puts a change of the floor between the lines it came between, with its measured times", () => {
  const entries = timeline(
    [item({ id: "a", start_ms: 0 }), item({ id: "b", position: 2, start_ms: 9000 })],
    [
      event(1, {
        kind: "floor.changed",
        data: { floor: ann, by: "user_ann", reason: "take_over", at_ms: 5000 },
      }),
      event(2, { kind: "floor.silenced", data: { after_ms: 92 } }),
      event(3, { kind: "floor.audible", data: { by: "user_ann", after_ms: 214 } }),
    ],
  );
  expect(entries.map(({ key }) => key)).toEqual(["a", "event-1", "b"]);
  expect(entries[1]).toMatchObject({ silencedMs: 92, audibleMs: 214 });
});

it("tells a change of the floor once, and keeps other notes", () => {
  const note = (id: string, start_ms: number) =>
    item({ id, speaker: "system", text: "Ann took over", start_ms });
  const data = { floor: ann, by: "user_ann", reason: "take_over", at_ms: 5000 };
  const entries = timeline(
    [note("same", 5040), note("other", 20_000)],
    [event(1, { kind: "floor.changed", data })],
  );
  expect(entries.map(({ key }) => key)).toEqual(["event-1", "other"]);
});

it.each([
  ["If you like I can", "If you like I can offer two parts.", "offer two parts."],
  ["If you like I can…", "If you like I can offer two parts.", "offer two parts."],
  ["", "Goodbye.", "Goodbye."],
  ["something else", "Goodbye.", "Goodbye."],
])("after %j of %j, %j was not heard", (text, intended_text, rest) => {
  expect(unheard({ text, intended_text })).toBe(rest);
});

it("tells which stretches were not recorded", () => {
  const by = { by: "user_ann", name: "Ann Lee" };
  const events = [
    event(1, { kind: "recording.paused", data: { card_number: false, blanked_ms: 0, ...by, at_ms: 4000 } }),
    event(2, { kind: "recording.resumed", data: { ...by, automatic: false, at_ms: 9000 } }),
    event(3, { kind: "recording.paused", data: { card_number: false, blanked_ms: 0, ...by, at_ms: 20_000 } }),
  ];
  expect(pauses(timeline([], events), 30_000)).toEqual([
    { from: 4000, to: 9000 },
    { from: 20_000, to: 30_000 },
  ]);
});
