/** The desk by keyboard: being ready, breaks, offers taken and withdrawn, and the call with its telephone. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Desk, Role } from "@/api/types";
import { live } from "@/lib/live/store";
import { type Answers, fakeHost, refuse, renderConsole, serve } from "@/test/render";
import { ann, call, event, item, liveCall, me } from "@/test/rows";
import { fakeLive, liveTicket } from "@/test/socket";

// Loaded here, so that no test waits for the room itself.
import "./DeskScreen";
import { agent, desk, deskCall, offered, own, user } from "./testDesk";

const toldState = (seq: number) =>
  event(
    seq,
    { kind: "agent.state", data: { user, state: "ready", reason: null, until: null, by: null } },
    null,
  );

/** Opens the desk with what `now.desk` says at each reading. */
async function open(first: Desk, answers: Answers = {}, rest: { role?: Role; path?: string } = {}) {
  const now = { desk: first };
  const socket = fakeLive();
  const you = { ...me, role: rest.role ?? "agent" };
  const asked = serve({ ...liveTicket, "GET /session": you, "GET /me/desk": () => now.desk, ...answers });
  const host = fakeHost();
  const { router } = renderConsole(rest.path ?? "/desk", host);
  await screen.findByRole("navigation");
  await socket.tell({ type: "snapshot", seq: 1, calls: [], trunks: [], you });
  const sent = (method: string, path: string) =>
    asked.find((one) => one.method === method && one.path === path);
  return { now, asked, sent, host, router, ...socket };
}

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

it("is where an agent begins, with a state in words and how long it lasts", async () => {
  const since = new Date(Date.now() - 65_000).toISOString();
  await open(desk({ agent: agent({ since }) }), {}, { path: "/" });
  const bar = await screen.findByRole("region", { name: "Your work" });
  expect(within(bar).getByRole("status")).toHaveTextContent("Ready");
  expect(within(bar).getByText(/for 1:0[5-9]/)).toBeVisible();
  expect(screen.getByText("Waiting for the next call")).toBeVisible();
  expect(await violations()).toEqual([]);
});

it("takes a break with a reason, by keyboard", async () => {
  const paused = agent({ state: "paused", reason: "lunch" });
  const { sent } = await open(desk(), { "PUT /me/presence": paused });
  await screen.findByText("Waiting for the next call");
  await userEvent.keyboard("u");
  // Without a layout the menu counts as out of sight.
  const menu = await screen.findByRole("menu", { hidden: true });
  const items = within(menu).getAllByRole("menuitem", { hidden: true });
  expect(items.map(({ textContent }) => textContent)).toEqual([
    "Lunch",
    "Break",
    "Training",
    "Meeting",
    "Other",
  ]);
  items[0]?.focus();
  await userEvent.keyboard("{Enter}");
  expect(await screen.findByText("On a break · Lunch")).toBeVisible();
  expect(sent("PUT", "/me/presence")?.body).toEqual({ presence: "paused", reason: "lunch" });
});

it("says why one was put on a break, and is ready again with one key", async () => {
  const { sent } = await open(desk({ agent: agent({ state: "paused", reason: "no_answer" }) }), {
    "PUT /me/presence": agent(),
  });
  expect(await screen.findByRole("alert")).toHaveTextContent("You did not answer a call");
  expect(screen.getByRole("button", { name: "Ready again" })).toBeVisible();
  expect(await violations()).toEqual([]);
  await userEvent.keyboard("r");
  await waitFor(() => {
    expect(screen.queryByRole("alert")).toBeNull();
  });
  expect(sent("PUT", "/me/presence")?.body).toEqual({ presence: "ready" });
});

it("says that no phone is there, and connects one", async () => {
  const socket = fakeLive();
  const you = { ...me, phone_connected: false };
  serve({ ...liveTicket, "GET /session": you, "GET /me/desk": desk({ agent: agent({ phone: false }) }) });
  const host = fakeHost("off");
  const connect = vi.spyOn(host.phone, "connect");
  renderConsole("/desk", host);
  expect(await screen.findByText("No phone is connected")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Connect the phone" }));
  expect(connect).toHaveBeenCalledOnce();
  await socket.tell({ type: "phone", user, connected: true });
  await waitFor(() => {
    expect(screen.queryByText("No phone is connected")).toBeNull();
  });
});

const knownOffer = () =>
  offered({
    script: "Good day, Rina.",
    contacts: [call({ id: "call_0", status: "no_answer", ended_at: "2026-02-28T09:32:00Z" })],
  });

it("shows who calls and answers on A", async () => {
  const { now, sent, happened, host } = await open(desk(), { "POST /calls/call_1/answer": { floor: ann } });
  const notify = vi.spyOn(host, "notify");
  await screen.findByText("Waiting for the next call");
  now.desk = desk({ agent: agent({ state: "offered", calls: ["call_1"] }), calls: [knownOffer()] });
  await happened(event(2, { kind: "queue.offered", data: { queue: "queue_support", to: own } }));
  const card = await screen.findByRole("region", { name: "Call for you" });
  for (const text of ["Rina Wijaya", "+62 812 345678", "Support", "Good day, Rina.", "No answer"]) {
    expect(within(card).getByText(text)).toBeVisible();
  }
  expect(within(card).getByText(/^1:\d\d$/)).toBeVisible();
  expect(screen.getByText("Call for you: Rina Wijaya, Support")).toHaveAttribute("aria-live", "assertive");
  expect(notify).toHaveBeenCalledExactlyOnceWith("Rina Wijaya is calling", "Support · +62 812 345678");
  expect(await violations()).toEqual([]);

  now.desk = desk({
    agent: agent({ state: "busy", calls: ["call_1"] }),
    calls: [deskCall({ live: liveCall({ floor: ann }) })],
  });
  await userEvent.keyboard("a");
  expect(await screen.findByRole("region", { name: "Softphone" })).toBeVisible();
  expect(screen.queryByRole("region", { name: "Call for you" })).toBeNull();
  expect(sent("POST", "/calls/call_1/answer")).toBeDefined();
});

it("declines on D, and says so plainly when the caller is gone already", async () => {
  const { now, sent } = await open(desk({ calls: [offered()] }), {
    "POST /calls/call_1/decline": refuse(409, "not_offered", "no"),
  });
  await screen.findByRole("region", { name: "Call for you" });
  now.desk = desk();
  await userEvent.keyboard("d");
  expect(await screen.findByText("The caller is not offered to you any more.")).toBeVisible();
  expect(screen.queryByRole("region", { name: "Call for you" })).toBeNull();
  expect(sent("POST", "/calls/call_1/decline")).toBeDefined();
});

it("drops a withdrawn offer at once, without waiting for the server", async () => {
  const { happened } = await open(desk({ calls: [offered()] }), {});
  await screen.findByRole("region", { name: "Call for you" });
  // From here on nobody answers.
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  await happened(
    event(2, { kind: "queue.offer_ended", data: { queue: "queue_support", to: own, why: "caller_left" } }),
  );
  await waitFor(() => {
    expect(screen.queryByRole("region", { name: "Call for you" })).toBeNull();
  });
  await userEvent.keyboard("a");
  expect(screen.queryByText("Call for you: Rina Wijaya, Support")).toBeNull();
});

it("brings an agent who is in another room to the offer", async () => {
  const { now, happened, router } = await open(desk(), {}, { path: "/phone" });
  now.desk = desk({ calls: [offered()] });
  await happened(event(2, { kind: "queue.offered", data: { queue: "queue_support", to: own } }));
  expect(await screen.findByRole("region", { name: "Call for you" })).toBeVisible();
  expect(router.state.location.pathname).toBe("/desk");
});

it("leaves a supervisor where they are, with a way to the offer", async () => {
  const { now, happened, router } = await open(desk(), {}, { path: "/phone", role: "supervisor" });
  now.desk = desk({ calls: [offered()] });
  await happened(event(2, { kind: "queue.offered", data: { queue: "queue_support", to: own } }));
  await userEvent.click(await screen.findByRole("link", { name: "Open the desk" }));
  expect(await screen.findByRole("region", { name: "Call for you" })).toBeVisible();
  expect(router.state.location.pathname).toBe("/desk");
});

const recording = {
  id: "rec_1",
  duration_ms: 0,
  complete: false,
  state: "recording" as const,
  format: "wav" as const,
  bytes: null,
  sha256: null,
  url: "/api/v1/calls/call_1/recording",
};

const talking = () =>
  desk({
    agent: agent({ state: "busy", calls: ["call_1"] }),
    calls: [
      deskCall({
        live: liveCall({ floor: ann, variables: { amount_due: "120 USD" }, recording }),
        script: "Ask how they are.",
        transcript: [item()],
      }),
    ],
  });

it("lays the customer, the conversation and the telephone side by side", async () => {
  const { happened, asked } = await open(talking());
  const customer = await screen.findByRole("region", { name: "Customer" });
  expect(within(customer).getByText("Amount due")).toBeVisible();
  expect(within(customer).getByText("120 USD")).toBeVisible();
  expect(within(customer).getByText("This is their first contact.")).toBeVisible();
  const middle = screen.getByRole("region", { name: "Conversation" });
  expect(within(middle).getByText("Ask how they are.")).toBeVisible();
  expect(await within(middle).findByText("Hi, this is Jane.")).toBeVisible();
  const said = item({ id: "item_2", position: 2, speaker: "customer", text: "Hello", start_ms: 2000 });
  await happened(event(2, { kind: "transcript.item", data: said }));
  expect(await within(middle).findByText("Hello")).toBeVisible();
  expect(await violations()).toEqual([]);
  // What an agent may not read is not asked for.
  expect(asked.filter(({ path }) => path.startsWith("/calls/"))).toEqual([]);
});

it("mutes on M and pauses the recording on P", async () => {
  const { sent, host } = await open(talking(), { "POST /calls/call_1/recording/pause": { floor: ann } });
  const mute = vi.spyOn(host.phone, "mute");
  await screen.findByRole("region", { name: "Softphone" });
  await userEvent.keyboard("m");
  expect(mute).toHaveBeenCalledWith(true);
  expect(await screen.findByText("You are muted")).toBeVisible();
  expect(screen.getByRole("button", { name: "Unmute" })).toHaveAttribute("aria-pressed", "true");
  await userEvent.keyboard("p");
  await waitFor(() => {
    expect(sent("POST", "/calls/call_1/recording/pause")).toBeDefined();
  });
});

it("hangs up with a click, and by key only after asking", async () => {
  const { sent } = await open(talking(), { "POST /calls/call_1/end": { floor: ann } });
  await screen.findByRole("region", { name: "Softphone" });
  await userEvent.keyboard("e");
  const dialog = await screen.findByRole("dialog", { name: "Hang up?" });
  expect(sent("POST", "/calls/call_1/end")).toBeUndefined();
  await userEvent.click(within(dialog).getByRole("button", { name: "Hang up" }));
  await waitFor(() => {
    expect(sent("POST", "/calls/call_1/end")).toBeDefined();
  });
});

it("says what comes after the call when a break is chosen during it", async () => {
  await open(talking(), { "PUT /me/presence": agent({ state: "busy", calls: ["call_1"] }) });
  await screen.findByRole("region", { name: "Softphone" });
  await userEvent.click(screen.getByRole("button", { name: "Offline" }));
  expect(await screen.findByText("After this: offline")).toBeVisible();
});

it("follows one's own state as a supervisor changes it", async () => {
  const { now, happened } = await open(desk());
  await screen.findByText("Waiting for the next call");
  now.desk = desk({ agent: agent({ state: "paused", reason: "Stand-up at ten" }) });
  await happened(toldState(2));
  expect(await screen.findByText("On a break · Stand-up at ten")).toBeVisible();
});
