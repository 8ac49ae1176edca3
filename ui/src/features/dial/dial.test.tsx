/** Calling somebody from anywhere: numbers of any spelling, the time there, colleagues, and links of other programs. */
import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { live } from "@/lib/live/store";
import { closeDialog, openDialog } from "@/lib/opener";
import { type Answers, fakeHost, refuse, renderConsole, serve } from "@/test/render";
import { call, me } from "@/test/rows";
import { fakeLive, liveTicket } from "@/test/socket";

import "./DialForm";
import { desk } from "../desk/testDesk";
import "../desk/DeskScreen";

const colleagues = {
  people: [
    { id: "user_sue", name: "Sue Park", state: "available", phone: true },
    { id: "user_tom", name: "Tom Abel", state: "away", phone: false },
  ],
  queues: [],
  assistants: [],
};
/** Noon in Jakarta. */
const noon = "2026-11-20T05:00:00Z";
const night = "2026-11-20T17:00:00Z";

async function open(at: string, answers: Answers = {}, host = fakeHost()) {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(at) });
  const socket = fakeLive();
  const you = { ...me, role: "agent" as const };
  const asked = serve({
    ...liveTicket,
    "GET /session": you,
    "GET /me/desk": desk(),
    "GET /desk/colleagues": colleagues,
    "POST /desk/calls": call({ status: "queued" }),
    ...answers,
  });
  renderConsole("/desk", host);
  await screen.findByRole("navigation");
  await socket.tell({ type: "snapshot", seq: 1, calls: [], trunks: [], you });
  await screen.findByText("Waiting for the next call");
  const dialled = () => asked.filter(({ path }) => path === "/desk/calls").map(({ body }) => body);
  return { asked, dialled };
}

const field = () => screen.findByLabelText("Number or name");

beforeEach(() => {
  live.reset();
  act(closeDialog);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("calls a national number on Enter, as it is understood", async () => {
  const { dialled } = await open(noon);
  await userEvent.keyboard("j");
  await waitFor(async () => {
    expect(await field()).toHaveFocus();
  });
  await userEvent.keyboard("0812 3456 78");
  const dialog = screen.getByRole("dialog", { name: "Call somebody" });
  expect(within(dialog).getByText("+62 812 345678")).toBeVisible();
  expect(within(dialog).getByText("Indonesia")).toBeVisible();
  expect(within(dialog).queryByRole("alert")).toBeNull();
  const found = await axe.run(dialog, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"],
    rules: { "color-contrast": { enabled: false } },
  });
  expect(found.violations).toEqual([]);
  await userEvent.keyboard("{Enter}");
  await waitFor(() => {
    expect(dialled()).toEqual([{ to: "+62812345678" }]);
  });
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});

it("warns when it is night there, and calls only when told to all the same", async () => {
  const { dialled } = await open(night);
  act(() => {
    openDialog({ kind: "dial", to: "+996700000000", atOnce: true });
  });
  expect(await screen.findByText(/It is .*11:00\s?PM there/)).toBeInTheDocument();
  expect(dialled()).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Call anyway" }));
  await waitFor(() => {
    expect(dialled()).toEqual([{ to: "+996700000000" }]);
  });
});

it("calls a number that is clicked on at once by day", async () => {
  const { dialled } = await open(noon);
  act(() => {
    openDialog({ kind: "dial", to: "+62812345678", atOnce: true });
  });
  await waitFor(() => {
    expect(dialled()).toEqual([{ to: "+62812345678" }]);
  });
});

it("says why a call was refused and keeps what was typed", async () => {
  await open(noon, { "POST /desk/calls": refuse(409, "agent_busy", "busy") });
  await userEvent.keyboard("j");
  await userEvent.type(await field(), "+62812345678{Enter}");
  expect(await screen.findByText(/You are on a call already/)).toBeVisible();
  expect(await field()).toHaveValue("+62812345678");
});

it("finds a colleague by name, and leaves alone who has no phone", async () => {
  const { dialled } = await open(noon);
  await userEvent.keyboard("j");
  await screen.findByText("Sue Park");
  expect(screen.getByRole("button", { name: /Tom Abel/ })).toBeDisabled();
  await userEvent.type(await field(), "sue{Enter}");
  await waitFor(() => {
    expect(dialled()).toEqual([{ to: "user_sue" }]);
  });
});

it("says that nothing can be called where nothing was understood", async () => {
  const { dialled } = await open(noon);
  await userEvent.keyboard("j");
  await userEvent.type(await field(), "nobody of ours{Enter}");
  expect(await screen.findByText("Enter a number, or choose a colleague.")).toBeVisible();
  expect(dialled()).toEqual([]);
});

it("shows a number of another program and does not call it", async () => {
  const take = vi.fn(() => Promise.resolve<string | null>("+62-812-345-678"));
  const host = { ...fakeHost(), dial: { take, onWaiting: () => () => undefined } };
  const { dialled } = await open(noon, {}, host);
  expect(await field()).toHaveValue("+62-812-345-678");
  expect(dialled()).toEqual([]);
});
