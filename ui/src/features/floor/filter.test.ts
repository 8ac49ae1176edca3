/** Which live calls a supervisor sees, what can be done from where one stands, where arrow keys lead. */
import { expect, it } from "vitest";

import { alert, ann, liveCall } from "@/test/rows";

import { target } from "./CallList";
import { openAlerts, shownAlert } from "./alertLooks";
import { chosenCalls, type Scope } from "./filter";
import { standing } from "./standing";

const calls = new Map(
  [
    liveCall(
      { id: "new", created_at: "2026-03-01T10:00:00Z", customer_name: "José Álvarez" },
      { last_line: "pardon?" },
    ),
    liveCall({ id: "old", created_at: "2026-03-01T09:00:00Z", floor: ann, to: "+919876543210" }),
    liveCall({ id: "ring", created_at: "2026-03-01T09:30:00Z", status: "ringing" }),
  ].map((row) => [row.call.id, row]),
);
const find = (scope: Scope, search = "", queue: string | null = null) =>
  chosenCalls(calls, { scope, search, queue }, (id) => (id === "asst_jane" ? "Jane" : ""));

it("keeps the longest call at the top", () => {
  expect(find("all")).toEqual(["old", "ring", "new"]);
});

it("filters by who has the floor", () => {
  expect([find("ai"), find("people"), find("ringing")]).toEqual([["new"], ["old"], ["ring"]]);
});

it("tells who waits from who is served, and finds calls by their queue", () => {
  const at = { queue: "queue_1", joined_at: "2026-03-01T10:00:00Z", offered_to: [] };
  const queued = new Map(
    [
      liveCall({ id: "served" }, { queue: { ...at, waiting: false } }),
      liveCall({ id: "waits" }, { queue: { ...at, waiting: true } }),
      liveCall({ id: "elsewhere" }, { queue: { ...at, queue: "queue_2", waiting: true } }),
      liveCall({ id: "direct" }),
    ].map((row) => [row.call.id, row]),
  );
  const chosen = (scope: Scope, queue: string | null) =>
    chosenCalls(queued, { scope, queue, search: "" }, () => "");
  expect(chosen("waiting", null)).toEqual(["waits", "elsewhere"]);
  expect(chosen("all", "queue_1")).toEqual(["served", "waits"]);
  expect(chosen("ai", null)).toEqual(["served", "direct"]);
});

it.each([
  ["jose alv", ["new"]],
  ["98765 43", ["old"]],
  ["ann lee", ["old"]],
  ["PARDON", ["new"]],
  ["jane", ["old", "ring", "new"]],
  ["nobody", []],
])("finds %j", (search, ids) => {
  expect(find("all", search)).toEqual(ids);
});

it("lets the holder hand back, and others take over", () => {
  const held = liveCall({ floor: ann });
  expect(standing(held, "user_ann")).toMatchObject({
    holds: true,
    canHandBack: true,
    canTakeOver: false,
    canSay: false,
  });
  expect(standing(held, "user_ben")).toMatchObject({ holds: false, canHandBack: false, canTakeOver: true });
  expect(standing(liveCall({ status: "ringing" }), "user_ann")).toMatchObject({
    canTakeOver: false,
    canSupervise: false,
  });
});

it("leads up and down, and no further than the ends", () => {
  expect([
    target("ArrowDown", -1, 3),
    target("ArrowDown", 2, 3),
    target("ArrowUp", 0, 3),
    target("End", 0, 3),
  ]).toEqual([0, 2, 0, 2]);
  expect(target("a", 0, 3)).toBeNull();
});

it("filters by alerts, and knows the newest that nobody has seen to", () => {
  const seen = { by: "user_ben", name: "Ben", at: "2026-03-01T09:33:00Z" };
  const old = alert({ id: "alert_1" });
  const handled = alert({ id: "alert_2", at: "2026-03-01T09:32:00Z", acknowledged: seen });
  const fresh = alert({ id: "alert_3", at: "2026-03-01T09:31:30Z", kind: "silence", rule: null });
  const rows = new Map([
    ["a", liveCall({ id: "a" }, { alerts: [old, handled] })],
    ["b", liveCall({ id: "b" }, { alerts: [fresh] })],
    ["c", liveCall({ id: "c" })],
  ]);
  expect(chosenCalls(rows, { scope: "alerts", search: "", queue: null }, () => "")).toEqual(["a", "b"]);
  expect(openAlerts(rows.values()).map(({ id }) => id)).toEqual(["alert_3", "alert_1"]);
  expect(shownAlert([old, handled])?.id).toBe("alert_1");
  expect(shownAlert([handled])?.id).toBe("alert_2");
});
