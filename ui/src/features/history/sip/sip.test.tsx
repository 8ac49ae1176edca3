/** The SIP ladder: who stands where, what is told in words, and reading a message by keyboard. */
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, expect, it, vi } from "vitest";

import type { SipMessage, SipTrace } from "@/api/types";
import { refuse, renderPart, serve } from "@/test/render";
import { call, trunk } from "@/test/rows";

import { kindOf, ladder, summary } from "./ladder";
import { clock } from "./LadderList";
import { SipCard } from "./SipCard";

const begun = Date.parse("2026-03-01T09:30:00Z");
const past = call({ ended_at: "2026-03-01T09:32:00Z", trunk: "trunk_1" });

/** `summary` is a method, or a status with its reason. */
const message = (
  position: number,
  sinceMs: number,
  what: string,
  over: Partial<SipMessage> = {},
): SipMessage => {
  const status = /^\d/.test(what) ? Number(what.slice(0, 3)) : null;
  return {
    position,
    at: new Date(begun + sinceMs).toISOString(),
    leg: 1,
    party: "customer",
    direction: status === null ? "sent" : "received",
    transport: "udp",
    local: "192.0.2.10:5060",
    peer: "198.51.100.7:5060",
    method: status === null ? what : "INVITE",
    status,
    cseq: 1,
    sip_call_id: "call_1@tandem",
    summary: what,
    session_description: false,
    retransmission: false,
    text: `${what} first line\r\nAuthorization: Digest response=***\r\n\r\n`,
    ...over,
  };
};

const whole = [
  message(1, 0, "INVITE", { session_description: true }),
  message(2, 500, "INVITE", { session_description: true, retransmission: true }),
  message(3, 700, "407 Proxy Authentication Required"),
  message(4, 900, "180 Ringing"),
  message(5, 4200, "200 OK"),
  message(6, 4201, "ACK"),
  message(7, 30_000, "INVITE", { leg: 2, party: "person", peer: "203.0.113.24:49152" }),
  message(8, 61_000, "BYE", { direction: "received" }),
];
const trace = (items: SipMessage[], over: Partial<SipTrace> = {}): SipTrace => ({
  items,
  kept_days: 7,
  cut_short: false,
  ...over,
});

const show = async (answer: unknown) => {
  const asked = serve({ "GET /calls/call_1/sip": answer, "GET /trunks": { items: [trunk] } });
  renderPart(<SipCard call={past} />);
  await screen.findByRole("heading", { name: "SIP messages" });
  return asked;
};

afterEach(() => {
  vi.unstubAllGlobals();
});

it("puts us between the customer's side and our phones", () => {
  const { columns, steps } = ladder(whole);
  expect(columns.map(({ party, address }) => `${party} ${address}`)).toEqual([
    "customer 198.51.100.7:5060",
    "us 192.0.2.10:5060",
    "person 203.0.113.24:49152",
  ]);
  expect(steps.map(({ from, to }) => `${String(from)}${String(to)}`)).toEqual([
    ..."10 10 01 01 01 10 12 01".split(" "),
  ]);
  expect(steps.map(({ sinceMs, deltaMs }) => [sinceMs, deltaMs]).slice(0, 3)).toEqual([
    [0, null],
    [500, 500],
    [700, 200],
  ]);
  expect(ladder([])).toEqual({ columns: [{ address: "", party: "us" }], steps: [] });
});

it("sums up the customer's leg", () => {
  expect(summary(whole)).toEqual({
    messages: 8,
    again: 1,
    ringingMs: 900,
    answeredMs: 4200,
    refused: null,
    ended: "them",
  });
  const challenged = message(2, 10, "401 Unauthorized");
  const refused = summary([message(1, 0, "INVITE"), challenged, message(3, 20, "486 Busy Here")]);
  expect([refused.refused, refused.answeredMs, refused.ended]).toEqual(["486 Busy Here", null, null]);
  expect(summary([message(1, 0, "INVITE"), message(2, 9, "CANCEL")]).ended).toBe("cancelled");
  expect([null, 183, 204, 302, 407, 488].map(kindOf)).toEqual([
    ..."request progress success redirect challenge refusal".split(" "),
  ]);
  expect([512, 65_120].map(clock)).toEqual(["0.512", "1:05.120"]);
});

it("shows the ladder with names, and reads a message by arrow keys", async () => {
  await show(trace(whole));
  const list = await screen.findByRole("listbox", { name: "SIP messages in order" });
  const rows = within(list).getAllByRole("option");
  expect(rows).toHaveLength(8);
  expect(await screen.findByText("India Prod Trunk 1")).toBeInTheDocument();
  expect(rows[1]).toHaveAccessibleName(
    "500 ms: INVITE, from Tandem to India Prod Trunk 1, with session description, sent again",
  );
  expect(screen.getByText(/rang after 900 ms · answered after 4.2 sec · they hung up/)).toBeInTheDocument();
  expect(rows.map((row) => row.tabIndex)).toEqual([0, -1, -1, -1, -1, -1, -1, -1]);

  await userEvent.click(rows[0] as HTMLElement);
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  expect(rows[2]).toHaveFocus();
  expect(rows[2]).toHaveAttribute("aria-selected", "true");
  const chosen = screen.getByRole("region", { name: "Message 3" });
  expect(within(chosen).getByText(/A password is wanted/)).toBeInTheDocument();
  expect(within(chosen).getByText("***")).toBeInTheDocument();
  await userEvent.keyboard("{End}{ArrowDown}");
  expect(rows[7]).toHaveFocus();
  await userEvent.keyboard("{Home}{ArrowUp}");
  expect(rows[0]).toHaveFocus();

  // A part stands outside of the page's landmarks.
  const rules = { "color-contrast": { enabled: false }, region: { enabled: false } };
  expect((await axe.run(document.body, { rules })).violations).toEqual([]);
});

it("copies a message and offers all of them as a file", async () => {
  const user = userEvent.setup();
  await show(trace(whole));
  await user.click(await screen.findByRole("button", { name: "Copy" }));
  expect(await navigator.clipboard.readText()).toBe(whole[0]?.text);
  expect(screen.getByRole("button", { name: "Copied" })).toBeInTheDocument();
  const link = screen.getByRole("link", { name: "Download as text" });
  expect(link.getAttribute("href")).toMatch(/\/api\/v1\/calls\/call_1\/sip\/text$/);
});

it("says for how long messages are kept where there are none, and why some are missing", async () => {
  await show(trace([], { kept_days: 1 }));
  expect(await screen.findByText(/No SIP messages are kept.*deleted after 1 day\./)).toBeInTheDocument();
  expect(screen.queryByRole("link")).toBeNull();
});

it("says that a long call's last messages are missing", async () => {
  await show(trace(whole, { cut_short: true, kept_days: null }));
  expect(await screen.findByText(/more messages than are kept: these are the first 8/)).toBeInTheDocument();
  expect(screen.queryByText(/deleted after/)).toBeNull();
});

it("says plainly that it was refused", async () => {
  await show(refuse(403, "forbidden", "no"));
  expect(await screen.findByRole("alert")).toHaveTextContent("Your role does not allow this.");
});
