/** The store tells its subscribers once a frame, and merges what was read over HTTP under what is newer. */
import { expect, it, vi } from "vitest";

import { event, item, liveCall, me } from "@/test/rows";

import { LiveStore } from "./store";

const snapshot = { type: "snapshot" as const, seq: 1, calls: [liveCall()], trunks: [], you: me };

it("applies a burst of messages as one change", () => {
  let frame = (): void => undefined;
  const store = new LiveStore((flush) => (frame = flush));
  const changed = vi.fn();
  store.subscribe(changed);
  store.push(snapshot);
  for (let seq = 2; seq < 200; seq++) {
    store.push({
      type: "event",
      ...event(seq, { kind: "transcript.item", data: item({ text: String(seq) }) }),
    });
  }
  expect(changed).not.toHaveBeenCalled();
  frame();
  expect(changed).toHaveBeenCalledOnce();
  expect(store.get().calls.get("call_1")?.last_line).toBe("199");
});

it("counts messages that were not shown yet when it says where to resume", () => {
  const store = new LiveStore(() => undefined);
  store.push({ ...snapshot, seq: 41 });
  expect(store.resumeAfter()).toBe(41);
});

it("keeps a newer line over the one that was read", () => {
  const store = new LiveStore((flush) => {
    flush();
  });
  store.push(snapshot);
  store.push({ type: "event", ...event(2, { kind: "transcript.item", data: item({ text: "corrected" }) }) });
  const floor = { holder: "assistant" as const, user: null, name: null, version: 3 };
  const old = event(1, { kind: "floor.changed", data: { floor, by: null, reason: "", at_ms: 0 } });
  store.seed("call_1", [item({ text: "raw" }), item({ id: "item_0", position: 0, text: "before" })], [old]);
  expect(
    store
      .get()
      .items.get("call_1")
      ?.map(({ text }) => text),
  ).toEqual(["before", "corrected"]);
  expect(store.get().marks.get("call_1")).toEqual([old]);
});
