/** Queues and agents on the floor: who waits, who takes calls, and what a supervisor does with either. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { CallEvent, FloorView, LiveCall, LiveQueue } from "@/api/types";
import { live } from "@/lib/live/store";
import { type Answers, refuse, renderConsole, serve } from "@/test/render";
import { agentOf, queueOf, waitingOf } from "@/test/queueRows";
import { liveCall, me } from "@/test/rows";

import { agentStandings, byState, figures, queueStandings } from "./standings";

const waits: LiveQueue = {
  queue: "queue_1",
  joined_at: "2026-03-01T09:30:00Z",
  waiting: true,
  offered_to: [],
};
const rina = liveCall({}, { queue: waits });
const otieno = liveCall({ id: "call_2", customer_name: "Joko Susilo" }, { queue: waits });
const floor: FloorView = {
  queues: [
    {
      queue: "queue_1",
      name: "Support",
      waiting: [waitingOf({}), waitingOf({ call: "call_2", position: 2, priority: 3 })],
    },
    { queue: "queue_2", name: "Sales", waiting: [] },
  ],
  agents: [
    agentOf({}),
    agentOf({ user: "user_cara", name: "Cara Diaz", state: "paused", reason: "no_answer", queues: [] }),
  ],
};
const base: Answers = {
  "GET /session": me,
  "GET /assistants": { items: [] },
  "POST /live/ticket": () => new Promise(() => undefined),
  "GET /floor": floor,
  "GET /callbacks": { items: [], next_cursor: null },
  "GET /queues": { items: [queueOf({}), queueOf({ id: "queue_2", name: "Sales", members: [] })] },
  "GET /calls/call_2/transcript": { items: [] },
  "GET /calls/call_2/events": { items: [] },
};

const show = async (
  answers: Answers = {},
  path = "/floor?view=queues",
  calls: LiveCall[] = [rina, otieno],
) => {
  const asked = serve({ ...base, ...answers });
  renderConsole(path);
  await screen.findByRole("navigation");
  live.push({ type: "snapshot", seq: 1, calls, trunks: [], you: me });
  return asked;
};
const told = (seq: number, kind: string, data: object, call: string | null = null) => {
  live.push({ type: "event", seq, call, at: "2026-03-01T09:40:00Z", kind, data } as CallEvent & {
    type: "event";
  });
};
const done = () => new Response(null, { status: 204 });

beforeEach(() => {
  live.reset();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("lists who waits with place, estimate and priority, and moves the marked one to the front with F", async () => {
  const asked = await show({ "POST /calls/call_2/place": done });
  const list = await screen.findByRole("list", { name: "Waiting in Support" });
  const rows = within(list).getAllByRole("listitem");
  expect(rows[0]).toHaveTextContent(/1\. Rina Wijaya.*about 1:35 to go/);
  expect(rows[1]).toHaveTextContent(/2\. Joko Susilo.*priority 3/);
  await userEvent.click(within(list).getByText("Joko Susilo"));
  await userEvent.keyboard("f");
  await waitFor(() => {
    expect(asked.find(({ path }) => path === "/calls/call_2/place")?.body).toEqual({
      queue: null,
      priority: null,
      to_front: true,
    });
  });
  expect(await screen.findByText("Moved to the front")).toBeInTheDocument();
  // The one chosen is open beside the list.
  expect(await screen.findByRole("article")).toHaveTextContent("Joko Susilo");
});

it("goes through the rows with arrow keys, and gives priority and another queue by key", async () => {
  const asked = await show({ "POST /calls/call_2/place": done });
  const list = await screen.findByRole("list", { name: "Waiting in Support" });
  within(list)
    .getByRole("button", { name: /1\. Rina/ })
    .focus();
  await userEvent.keyboard("{ArrowDown}+");
  await waitFor(() => {
    expect(asked.find(({ method }) => method === "POST")).toBeDefined();
    expect(asked.find(({ path }) => path === "/calls/call_2/place")?.body).toMatchObject({ priority: 4 });
  });
  await userEvent.keyboard("v");
  const dialog = await screen.findByRole("dialog", { name: "Move to another queue" });
  await userEvent.click(await within(dialog).findByRole("button", { name: "Sales" }));
  await waitFor(() => {
    const bodies = asked.filter(({ path }) => path === "/calls/call_2/place").map(({ body }) => body);
    expect(bodies.at(-1)).toEqual({ queue: "queue_2", priority: null, to_front: false });
  });
});

it("says that a caller waits no longer when the server refuses", async () => {
  await show({ "POST /calls/call_1/place": refuse(409, "wrong_state", "the call is not waiting") });
  await userEvent.click(await screen.findByRole("button", { name: "Raise the priority of Rina Wijaya" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("the call is not waiting");
});

it("shows whom a caller rings, and drops who was answered, as the socket tells it", async () => {
  await show();
  const list = await screen.findByRole("list", { name: "Waiting in Support" });
  told(2, "queue.offered", { queue: "queue_1", to: { kind: "person", user: "user_ben" } }, "call_1");
  expect(await within(list).findByText("rings Ben Otieno")).toBeVisible();
  told(
    3,
    "queue.answered",
    { queue: "queue_1", by: { kind: "person", user: "user_ben" }, waited_ms: 5 },
    "call_1",
  );
  await waitFor(() => {
    expect(within(list).getAllByRole("listitem")).toHaveLength(1);
  });
});

it("pauses an agent with Z and a reason, and wants one", async () => {
  const asked = await show({ "PUT /agents/user_ben/presence": agentOf({ state: "paused" }) });
  const ready = await screen.findByRole("list", { name: "Agents: Ready" });
  within(ready)
    .getByRole("button", { name: /^Ready Ben Otieno/ })
    .focus();
  await userEvent.keyboard("z");
  const dialog = await screen.findByRole("dialog", { name: "Pause Ben Otieno" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Pause" }));
  expect(within(dialog).getByText("Please fill this in")).toBeVisible();
  await userEvent.type(within(dialog).getByLabelText(/Reason/), "Coaching{Enter}");
  await waitFor(() => {
    expect(asked.find(({ path }) => path === "/agents/user_ben/presence")?.body).toEqual({
      presence: "paused",
      reason: "Coaching",
    });
  });
});

it("says of a break why, moves an agent when the socket tells of it, and whose phone is missing", async () => {
  await show({ "PUT /agents/user_cara/presence": refuse(409, "no_phone", "no phone") });
  const paused = await screen.findByRole("list", { name: "Agents: Paused" });
  expect(within(paused).getByText("missed a call")).toBeVisible();
  await userEvent.click(within(paused).getByRole("button", { name: "Make Cara Diaz ready" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Cara Diaz has no phone connected");
  told(2, "agent.state", { user: "user_ben", state: "busy", reason: null, until: null, by: null });
  expect(await screen.findByRole("list", { name: "Agents: On a call" })).toHaveTextContent("Ben Otieno");
});

it("asks before somebody is taken off duty", async () => {
  const asked = await show({ "PUT /agents/user_ben/presence": agentOf({ state: "offline" }) });
  await userEvent.click(await screen.findByRole("button", { name: "Take Ben Otieno off duty" }));
  const dialog = await screen.findByRole("dialog", { name: "Take off duty?" });
  expect(asked.some(({ method }) => method === "PUT")).toBe(false);
  await userEvent.click(within(dialog).getByRole("button", { name: "Take off duty" }));
  await waitFor(() => {
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ presence: "offline" });
  });
});

it("tells in the list of calls who waits and whom it rings, and goes there and back with Q", async () => {
  const ringing = liveCall({}, { queue: { ...waits, offered_to: ["user_ben"] } });
  await show({}, "/floor", [ringing, otieno, liveCall({ id: "call_3", customer_name: "Direct" })]);
  const offered = await screen.findByRole("option", { name: /Rina/ });
  await waitFor(() => {
    expect(offered).toHaveTextContent(/^Offered.*Support rings Ben Otieno · waits/);
  });
  expect(screen.getByRole("option", { name: /Joko/ })).toHaveTextContent(/^Waiting.*Support waits/);
  await userEvent.click(screen.getByRole("combobox", { name: "Calls of which queue" }));
  await userEvent.click(await screen.findByRole("option", { name: "Support", hidden: true }));
  expect(screen.queryByRole("option", { name: /Direct/ })).toBeNull();
  (document.activeElement as HTMLElement).blur();
  await userEvent.keyboard("q");
  expect(await screen.findByRole("list", { name: "Waiting in Support" })).toBeVisible();
  await userEvent.keyboard("q");
  expect(await screen.findByRole("listbox", { name: /live call/ })).toBeVisible();
});

it("gives an agent other queues, for supervisors too", async () => {
  const supervisor = { ...me, role: "supervisor" as const };
  const asked = await show({
    "GET /session": supervisor,
    "PUT /agents/user_ben/queues": agentOf({ queues: ["queue_2"] }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Queues of Ben Otieno" }));
  const dialog = await screen.findByRole("dialog", { name: "Queues of Ben Otieno" });
  const support = await within(dialog).findByRole("checkbox", { name: "Support" });
  expect(support).toBeChecked();
  await userEvent.click(support);
  await userEvent.click(within(dialog).getByRole("checkbox", { name: "Sales" }));
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => {
    expect(asked.find(({ path }) => path === "/agents/user_ben/queues")?.body).toEqual({
      queues: [{ queue: "queue_2", rank: 0 }],
    });
  });
});

it("shows who is called back among those who wait, and what a crash left unknown to be settled", async () => {
  const back = { callback: "cb_1", number: "+62812345678", name: "Rina", attempts: 0 };
  const waiting = [waitingOf({ call: "call_next", callback: back })];
  const unknown = {
    id: "cb_2",
    queue: "queue_1",
    number: "+62812345679",
    name: "Joko",
    origin: "caller",
    state: "unknown",
    reason: "restart",
    agent: null,
    since: "2026-03-01T09:00:00Z",
    due_at: "2026-03-01T09:00:00Z",
    attempts: 1,
    asked_in: null,
    call: "call_9",
    note: "",
    created_at: "2026-03-01T09:00:00Z",
    updated_at: "2026-03-01T09:00:00Z",
  };
  const asked = await show(
    {
      "GET /floor": { ...floor, queues: [{ queue: "queue_1", name: "Support", waiting }] },
      "GET /callbacks": { items: [unknown], next_cursor: null },
      "POST /callbacks/cb_2/settle": unknown,
    },
    "/floor?view=queues",
    [],
  );
  const list = await screen.findByRole("list", { name: "Waiting in Support" });
  expect(within(list).getByRole("listitem")).toHaveTextContent(/1\. Rina Callback/);
  expect(await screen.findByText("1 to settle")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Joko was reached" }));
  await waitFor(() => {
    expect(asked.find(({ path }) => path === "/callbacks/cb_2/settle")?.body).toEqual({ outcome: "reached" });
  });
});

it("counts on top of the floor", async () => {
  const ai = liveCall({ id: "call_4" });
  await show({}, "/floor", [rina, otieno, ai]);
  const strip = screen.getByLabelText("The floor in numbers");
  await waitFor(() => {
    expect(strip).toHaveTextContent(/Waiting2/);
    expect(strip).toHaveTextContent(/Ready1Busy0Paused1Live calls3AI 1 · people 0/);
  });
});

it("puts what the socket told over what was read", () => {
  const calls = (...rows: LiveCall[]) => new Map(rows.map((row) => [row.call.id, row]));
  const moved = liveCall({}, { queue: { ...waits, queue: "queue_2" } });
  const [support, sales] = queueStandings(floor.queues, calls(moved, otieno));
  expect(support?.callers.map(({ call }) => call)).toEqual(["call_2"]);
  expect(sales?.callers).toMatchObject([{ call: "call_1", position: null }]);
  // Without a word from the socket the list stands.
  expect(queueStandings(floor.queues, new Map())[0]?.callers).toHaveLength(2);

  const at = { state: "busy" as const, reason: null, until: null };
  const newer = agentStandings(
    floor.agents,
    new Map([["user_ben", { ...at, since: "2026-03-01T09:01:00Z" }]]),
  );
  const older = agentStandings(
    floor.agents,
    new Map([["user_ben", { ...at, since: "2026-03-01T08:59:00Z" }]]),
  );
  expect([newer[0]?.state, older[0]?.state]).toEqual(["busy", "ready"]);
  expect(byState(newer).map(({ state }) => state)).toEqual(["busy", "paused"]);
  expect(figures(calls(rina, liveCall({ id: "x" })))).toEqual({
    waiting: 1,
    longest: "2026-03-01T09:30:00Z",
    live: 2,
    ai: 1,
    people: 0,
  });
});
