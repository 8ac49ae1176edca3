/** What history makes of a call: the line being played, where the time went, values as people read them. */
import { expect, it } from "vitest";

import { timeline } from "@/lib/timeline";
import { ann, event, item } from "@/test/rows";

import { segments } from "./Latencies";
import { show } from "./OutcomeCard";
import { lineAt } from "./PastTranscript";

it("lights the line that is spoken, not the mark after it", () => {
  const data = { floor: ann, by: null, reason: "take_over", at_ms: 3000 };
  const entries = timeline(
    [item({ id: "a", start_ms: 1000 }), item({ id: "b", position: 2, start_ms: 5000 })],
    [event(1, { kind: "floor.changed", data })],
  );
  expect([0, 1000, 4000, 5000].map((ms) => lineAt(entries, ms))).toEqual([null, "a", "a", "b"]);
});

it("lays a turn's stages end to end, without those that took no time or were not measured", () => {
  const turn = {
    final_ms: 180,
    committed_ms: 320,
    first_token_ms: 250,
    first_sentence_ms: null,
    first_audio_ms: 700,
    first_packet_ms: 720,
  };
  expect(segments(turn)).toEqual([
    { stage: "final", fromMs: 0, toMs: 180 },
    { stage: "committed", fromMs: 180, toMs: 320 },
    { stage: "first_audio", fromMs: 320, toMs: 700 },
    { stage: "first_packet", fromMs: 700, toMs: 720 },
  ]);
});

it("reads out whatever value was extracted", () => {
  expect(show({ amount: 120, paid_on: null })).toBe("Amount 120, Paid on –");
  expect(show(["a", true])).toBe("a, true");
});
