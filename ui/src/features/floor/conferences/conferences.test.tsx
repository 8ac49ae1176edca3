/** Conferences on the floor: who is in which room, and what a supervisor does there. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Conference, ConferenceMember } from "@/api/types";
import { live } from "@/lib/live/store";
import { type Answers, refuse, renderConsole, serve } from "@/test/render";
import { liveCall, me } from "@/test/rows";

const memberOf = (over: Partial<ConferenceMember>): ConferenceMember => ({
  call: "call_1",
  number: "+62812345678",
  name: "Rina Wijaya",
  state: "present",
  since: "2026-03-01T09:30:00Z",
  muted: false,
  starts: true,
  ends: false,
  ...over,
});
const ben = memberOf({ call: "call_2", name: null, number: "+15005550012", state: "waiting" });
const standup: Conference = {
  id: "conf_1",
  name: "standup",
  created_at: "2026-03-01T09:29:00Z",
  started_at: "2026-03-01T09:30:00Z",
  ended_at: null,
  end_reason: null,
  locked: false,
  recording: false,
  members: [memberOf({}), ben],
  calls: ["call_1", "call_2"],
  recordings: [],
};
const base: Answers = {
  "GET /session": me,
  "GET /assistants": { items: [] },
  "POST /live/ticket": () => new Promise(() => undefined),
  "GET /live/conferences": { items: [standup] },
  "GET /calls/call_1/transcript": { items: [] },
  "GET /calls/call_1/events": { items: [] },
};

const show = async (answers: Answers = {}, path = "/floor?view=conferences") => {
  const asked = serve({ ...base, ...answers });
  renderConsole(path);
  await screen.findByRole("navigation");
  live.push({ type: "snapshot", seq: 1, calls: [liveCall()], trunks: [], you: me });
  return asked;
};
const bodyOf = (asked: Awaited<ReturnType<typeof show>>, path: string) =>
  asked.filter((one) => one.path === path).at(-1)?.body;

beforeEach(() => {
  live.reset();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("shows each room with its members and their state, and mutes the marked one by key", async () => {
  const asked = await show({
    "POST /conferences/conf_1/mute": { ...standup, members: [memberOf({ muted: true }), ben] },
  });
  const list = await screen.findByRole("list", { name: "Calls in standup" });
  const rows = within(list).getAllByRole("listitem");
  expect(rows[0]).toHaveTextContent(/Rina Wijaya.*talks with the others/);
  expect(rows[1]).toHaveTextContent(/hears music until it starts/);
  within(list)
    .getByRole("button", { name: /Rina Wijaya.*talks/ })
    .focus();
  await userEvent.keyboard("y");
  await waitFor(() => {
    expect(bodyOf(asked, "/conferences/conf_1/mute")).toEqual({ call: "call_1", muted: true });
  });
  expect(await screen.findByText("Rina Wijaya is muted")).toBeInTheDocument();
});

it("asks before somebody is sent out, and before a room ends", async () => {
  const asked = await show({
    "POST /conferences/conf_1/remove": standup,
    "POST /conferences/conf_1/end": standup,
  });
  await userEvent.click(await screen.findByRole("button", { name: "Send Rina Wijaya out" }));
  let dialog = await screen.findByRole("dialog", { name: "Send out of the conference" });
  expect(bodyOf(asked, "/conferences/conf_1/remove")).toBeUndefined();
  await userEvent.click(within(dialog).getByRole("button", { name: "Send out" }));
  await waitFor(() => {
    expect(bodyOf(asked, "/conferences/conf_1/remove")).toEqual({ call: "call_1" });
  });
  await userEvent.click(await screen.findByRole("button", { name: "End for all" }));
  dialog = await screen.findByRole("dialog", { name: "End the conference" });
  expect(dialog).toHaveTextContent("all 2 who are in it");
  await userEvent.click(within(dialog).getByRole("button", { name: "End for all" }));
  await waitFor(() => {
    expect(asked.some(({ path }) => path === "/conferences/conf_1/end")).toBe(true);
  });
});

it("locks, records, and calls somebody in, whose number has to be whole", async () => {
  const asked = await show({
    "POST /conferences/conf_1/lock": standup,
    "POST /conferences/conf_1/record": standup,
    "POST /conferences/conf_1/dial": () => Response.json(liveCall().call, { status: 201 }),
  });
  const acts = await screen.findByRole("group", { name: "What to do with standup" });
  await userEvent.click(within(acts).getByRole("button", { name: "Lock" }));
  await userEvent.click(within(acts).getByRole("button", { name: "Record" }));
  await userEvent.click(within(acts).getByRole("button", { name: "Call somebody in" }));
  const dialog = await screen.findByRole("dialog", { name: "Call somebody into standup" });
  await userEvent.type(within(dialog).getByLabelText("Number"), "0150");
  await userEvent.click(within(dialog).getByRole("button", { name: "Call" }));
  expect(within(dialog).getByText(/country code/)).toBeInTheDocument();
  await userEvent.clear(within(dialog).getByLabelText("Number"));
  await userEvent.type(within(dialog).getByLabelText("Number"), "+1 555 010 0123");
  await userEvent.click(within(dialog).getByRole("button", { name: "Call" }));
  await waitFor(() => {
    expect(bodyOf(asked, "/conferences/conf_1/dial")).toMatchObject({ to: "+15550100123", muted: false });
  });
  expect(bodyOf(asked, "/conferences/conf_1/lock")).toEqual({ locked: true });
  expect(bodyOf(asked, "/conferences/conf_1/record")).toEqual({ on: true });
});

it("says where nobody is in one", async () => {
  await show({ "GET /live/conferences": { items: [] } });
  expect(await screen.findByText("Nobody is in a conference")).toBeInTheDocument();
});

it("takes a call into a room and says why it was refused", async () => {
  const asked = await show(
    {
      "GET /live/conferences": { items: [] },
      "POST /calls/call_1/conference": () =>
        refuse(409, "wrong_state", "the call is refused: the conference is locked"),
    },
    "/floor?call=call_1",
  );
  await screen.findByRole("article");
  await userEvent.keyboard("c");
  const dialog = await screen.findByRole("dialog", { name: "Take the call into a conference" });
  await userEvent.type(within(dialog).getByLabelText("Name of the conference"), "board");
  await userEvent.click(within(dialog).getByRole("button", { name: "Take it in" }));
  await waitFor(() => {
    expect(bodyOf(asked, "/calls/call_1/conference")).toMatchObject({ name: "board" });
  });
  expect(await within(dialog).findByRole("alert")).toBeInTheDocument();
});
