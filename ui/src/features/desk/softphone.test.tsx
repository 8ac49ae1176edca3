/** The telephone of the desk: hold, keys, transfers with who hears whom, and what is said when one fails. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { LiveCall, TransferView } from "@/api/types";
import { perform } from "@/lib/keys/acts";
import { live } from "@/lib/live/store";
import { type Answers, fakeHost, refuse, renderConsole, serve } from "@/test/render";
import { ann, event, liveCall, me } from "@/test/rows";
import { fakeLive, liveTicket } from "@/test/socket";

import "./DeskScreen";
import { agent, desk, deskCall, user } from "./testDesk";

const colleagues = {
  people: [
    { id: "user_sue", name: "Sue Park", state: "available", phone: true },
    { id: "user_tom", name: "Tom Abel", state: "on_call", phone: true },
  ],
  queues: [{ id: "queue_support", name: "Support" }],
  assistants: [
    { id: "asst_jane", name: "Jane" },
    { id: "asst_max", name: "Max" },
  ],
};

async function open(answers: Answers = {}, over: Partial<LiveCall> = {}) {
  const socket = fakeLive();
  const you = { ...me, role: "agent" as const };
  const row = liveCall({ floor: ann }, over);
  const busy = desk({ agent: agent({ state: "busy", calls: ["call_1"] }), calls: [deskCall({ live: row })] });
  const asked = serve({
    ...liveTicket,
    "GET /session": you,
    "GET /me/desk": busy,
    "GET /desk/colleagues": colleagues,
    ...answers,
  });
  renderConsole("/desk", fakeHost());
  await screen.findByRole("navigation");
  await socket.tell({ type: "snapshot", seq: 1, calls: [row], trunks: [], you });
  const phone = await screen.findByRole("region", { name: "Softphone" });
  const sent = (path: string) => asked.filter((one) => one.method === "POST" && one.path === path);
  return { phone, sent, ...socket };
}

const given = (state: TransferView["state"], over: Partial<TransferView> = {}): TransferView => ({
  by: user,
  to: "user_sue",
  name: "Sue Park",
  state,
  held: state === "consulting",
  ...over,
});

const told = (seq: number, transfer: TransferView) =>
  event(seq, { kind: "transfer.changed", data: { transfer, at_ms: 1000 } });

async function violations(within: HTMLElement = document.body): Promise<string[]> {
  const found = await axe.run(within, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"],
    rules: { "color-contrast": { enabled: false } },
  });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("\n")}`);
}

beforeEach(() => {
  live.reset();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("holds on H, says so, and takes off hold on H", async () => {
  const { sent, happened } = await open({
    "POST /calls/call_1/hold": { floor: ann },
    "POST /calls/call_1/resume": { floor: ann },
  });
  await userEvent.keyboard("h");
  await waitFor(() => {
    expect(sent("/calls/call_1/hold")).toHaveLength(1);
  });
  await happened(event(2, { kind: "hold.changed", data: { held: true, by: user, at_ms: 1000 } }));
  expect(await screen.findByText("Rina Wijaya is on hold and hears music.")).toBeVisible();
  expect(screen.getByRole("button", { name: /Take off hold/ })).toHaveAttribute("aria-pressed", "true");
  await userEvent.keyboard("h");
  await waitFor(() => {
    expect(sent("/calls/call_1/resume")).toHaveLength(1);
  });
});

it("says why a hold failed, and that the customer is still there", async () => {
  await open({ "POST /calls/call_1/hold": refuse(503, "storage_unavailable", "no") });
  await userEvent.keyboard("h");
  expect(await screen.findByRole("alert")).toHaveTextContent(
    "Storage is not available right now. Rina Wijaya is still on the line.",
  );
});

it("sends keys typed and clicked in their order, and shows them", async () => {
  const { sent } = await open({ "POST /calls/call_1/dtmf": { floor: ann } });
  await userEvent.keyboard("k");
  const pad = await screen.findByRole("group", { name: "Keypad" });
  expect(pad).toHaveFocus();
  await userEvent.keyboard("12#");
  await userEvent.click(within(pad).getByRole("button", { name: "0" }));
  expect(await within(pad).findByText("12#0")).toBeVisible();
  expect(sent("/calls/call_1/dtmf").map(({ body }) => body)).toEqual(
    ["1", "2", "#", "0"].map((digits) => ({ digits })),
  );
  expect(await violations()).toEqual([]);
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("group", { name: "Keypad" })).toBeNull();
});

it("calls the colleague whose name is typed, to talk to them first", async () => {
  const { sent } = await open({ "POST /calls/call_1/transfer": { floor: ann } });
  await userEvent.keyboard("t");
  const dialog = await screen.findByRole("dialog", { name: "Give Rina Wijaya to somebody" });
  await within(dialog).findByText("Sue Park");
  expect(within(dialog).getByRole("radio", { name: /Tom Abel/ })).toBeDisabled();
  expect(await violations(dialog)).toEqual([]);
  await userEvent.type(within(dialog).getByLabelText("To whom"), "sue{Enter}");
  await waitFor(() => {
    expect(sent("/calls/call_1/transfer").map(({ body }) => body)).toEqual([
      { to: { user: "user_sue" }, kind: "consult" },
    ]);
  });
});

it("gives to an outside number at once, as it is understood", async () => {
  const { sent } = await open({
    "POST /calls/call_1/transfer": refuse(409, "wrong_state", "A transfer is under way"),
  });
  await userEvent.keyboard("t");
  const dialog = await screen.findByRole("dialog", { name: "Give Rina Wijaya to somebody" });
  await userEvent.type(within(dialog).getByLabelText("To whom"), "0812 3456 78");
  await userEvent.click(within(dialog).getByText("Straight away"));
  await userEvent.click(within(dialog).getByRole("button", { name: /Give to \+62/ }));
  await waitFor(() => {
    expect(sent("/calls/call_1/transfer").map(({ body }) => body)).toEqual([
      { to: { number: "+62812345678" }, kind: "blind" },
    ]);
  });
  expect(await within(dialog).findByText(/Rina Wijaya is still on the line/)).toBeVisible();
});

it.each([
  [
    "Support",
    "Their time so far counts as waiting",
    null,
    { to: { queue: "queue_support" }, keep_wait: false },
  ],
  ["Max", null, "Wants a refund", { to: { assistant: "asst_max" }, note: "Wants a refund" }],
] as const)("gives to %s straight away, with what goes along", async (name, box, note, body) => {
  const { sent } = await open({ "POST /calls/call_1/transfer": { floor: ann } });
  await userEvent.keyboard("t");
  const dialog = await screen.findByRole("dialog", { name: "Give Rina Wijaya to somebody" });
  await userEvent.click(await within(dialog).findByRole("radio", { name }));
  expect(within(dialog).getByRole("radio", { name: "Talk to them first" })).toBeDisabled();
  if (box !== null) await userEvent.click(within(dialog).getByLabelText(box));
  if (note !== null)
    await userEvent.type(within(dialog).getByLabelText("What the assistant should know"), note);
  expect(await violations(dialog)).toEqual([]);
  await userEvent.click(within(dialog).getByRole("button", { name: `Give to ${name}` }));
  await waitFor(() => {
    expect(sent("/calls/call_1/transfer").map(({ body }) => body)).toEqual([{ ...body, kind: "blind" }]);
  });
});

it("gives back to the assistant that had the call, with a note", async () => {
  const { sent } = await open({ "POST /calls/call_1/handback": { floor: ann } });
  await userEvent.keyboard("t");
  const dialog = await screen.findByRole("dialog", { name: "Give Rina Wijaya to somebody" });
  await userEvent.click(await within(dialog).findByRole("radio", { name: "Jane, who had the call" }));
  await userEvent.type(within(dialog).getByLabelText("What the assistant should know"), "Paid");
  await userEvent.click(within(dialog).getByRole("button", { name: /^Give to Jane/ }));
  await waitFor(() => {
    expect(sent("/calls/call_1/handback").map(({ body }) => body)).toEqual([
      { floor_version: ann.version, note: "Paid" },
    ]);
  });
});

it.each([
  ["ringing", "Rina Wijaya hears it ring", ["Back, without Sue Park"]],
  ["calling", "Rina Wijaya hears music and not you", ["Give over without talking", "Back, without Sue Park"]],
  [
    "consulting",
    "Rina Wijaya hears music and neither of you",
    ["Give over to Sue Park", "Turn to Rina Wijaya", "All three talk", "Back, without Sue Park"],
  ],
  [
    "swapped",
    "Sue Park hears music",
    ["Give over to Sue Park", "Turn to Sue Park", "All three talk", "Back, without Sue Park"],
  ],
  ["three_way", "all hear each other", ["Leave them to talk", "Go on without Sue Park"]],
] as const)("says who hears whom while %s, and what can be done", async (state, words, acts) => {
  await open({}, { transfer: given(state) });
  const card = await screen.findByRole("region", { name: "Transfer" });
  expect(within(card).getByRole("status")).toHaveTextContent(words);
  const named = within(card)
    .getAllByRole("button")
    .map(({ textContent }) => textContent);
  expect(named).toEqual(acts.map((name) => expect.stringContaining(name) as unknown));
  expect(screen.queryByRole("button", { name: /^Hold/ })).toBeNull();
  expect(await violations()).toEqual([]);
});

it("completes, swaps, joins and comes back by key", async () => {
  const paths = ["complete", "swap", "three-way", "abandon"].map((one) => `/calls/call_1/transfer/${one}`);
  const { sent } = await open(Object.fromEntries(paths.map((path) => [`POST ${path}`, { floor: ann }])), {
    transfer: given("consulting"),
  });
  await screen.findByRole("region", { name: "Transfer" });
  for (const [at, key] of ["v", "s", "w", "b"].entries()) {
    await userEvent.keyboard(key);
    await waitFor(() => {
      expect(sent(paths[at] ?? "")).toHaveLength(1);
    });
  }
});

it("says what became of a transfer, and where the customer is", async () => {
  const { happened } = await open({}, { transfer: given("ringing") });
  await screen.findByRole("region", { name: "Transfer" });
  await happened(told(2, given("no_answer")));
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("Sue Park did not answer.");
  expect(alert).toHaveTextContent("Rina Wijaya is still on the line, and with you again.");
  await userEvent.click(within(alert).getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("alert")).toBeNull();
});

it("hangs up at once for a key of another window", async () => {
  const { sent } = await open({ "POST /calls/call_1/end": { floor: ann } });
  expect(perform("endNow")).toBe(true);
  await waitFor(() => {
    expect(sent("/calls/call_1/end")).toHaveLength(1);
  });
});
