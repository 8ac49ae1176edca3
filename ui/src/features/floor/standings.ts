/** Who waits and who takes calls: what was read over HTTP, with what the live socket has told since put over it. */
import type { AgentState, AgentView, CallbackPlace, FloorView, LiveCall, MemberRef } from "@/api/types";
import type { AgentAt } from "@/lib/live/state";

export interface Caller {
  call: string;
  queue: string;
  /** `null`: joined a moment ago. */
  position: number | null;
  since: string;
  /** `null`: not known yet. */
  estimateS: number | null;
  priority: number;
  offeredTo: readonly MemberRef[];
  /** They have hung up and are called back. */
  callback: CallbackPlace | null;
}

export interface QueueStanding {
  queue: string;
  name: string;
  callers: readonly Caller[];
}

export function queueStandings(
  queues: FloorView["queues"],
  calls: ReadonlyMap<string, LiveCall>,
): QueueStanding[] {
  return queues.map(({ queue, name, waiting }) => {
    const known = new Set(waiting.map(({ call }) => call));
    const stay = waiting
      .filter(({ call }) => waitsIn(calls.get(call), queue) !== false)
      .map(({ call, position, since, estimate_s, priority, offered_to, callback }): Caller => ({
        call,
        queue,
        position,
        since,
        estimateS: estimate_s,
        priority,
        offeredTo: offered(offered_to, calls.get(call)),
        callback,
      }));
    const joined = [...calls.values()]
      .filter((row) => !known.has(row.call.id) && waitsIn(row, queue) === true)
      .map((row): Caller => ({
        call: row.call.id,
        queue,
        position: null,
        since: row.queue?.joined_at ?? row.call.created_at,
        estimateS: null,
        priority: 0,
        offeredTo: offered([], row),
        callback: null,
      }));
    return { queue, name, callers: [...stay, ...joined] };
  });
}

/** `null` where the socket has said nothing of it. */
function waitsIn(row: LiveCall | undefined, queue: string): boolean | null {
  if (row?.queue == null || row.queue.queue === "") return null;
  return row.queue.waiting && row.queue.queue === queue;
}

/** The socket tells which persons are asked; of assistants only the list knows. */
function offered(listed: readonly MemberRef[], row: LiveCall | undefined): readonly MemberRef[] {
  if (row?.queue == null) return listed;
  const people = row.queue.offered_to.map((user): MemberRef => ({ kind: "person", user }));
  return [...people, ...listed.filter(({ kind }) => kind === "assistant")];
}

/** Whose state changed after the list was read has the newer one. */
export function agentStandings(
  agents: readonly AgentView[],
  told: ReadonlyMap<string, AgentAt>,
): readonly AgentView[] {
  return agents.map((agent) => {
    const at = told.get(agent.user);
    return at === undefined || Date.parse(at.since) <= Date.parse(agent.since) ? agent : { ...agent, ...at };
  });
}

/** In the order in which a supervisor asks after them: who works, who could, who does not. */
export const agentStates = [
  "offered",
  "busy",
  "wrap_up",
  "ready",
  "paused",
  "offline",
] as const satisfies readonly AgentState[];

/** Agents by state, who has been at it for longest first. */
export const byState = (agents: readonly AgentView[]) =>
  agentStates
    .map((state) => ({
      state,
      agents: agents
        .filter((agent) => agent.state === state)
        .sort((a, b) => Date.parse(a.since) - Date.parse(b.since)),
    }))
    .filter((group) => group.agents.length > 0);

export interface Figures {
  waiting: number;
  /** Since when the one waits who waits for longest. */
  longest: string | null;
  live: number;
  ai: number;
  people: number;
}

export function figures(calls: ReadonlyMap<string, LiveCall>): Figures {
  const count: Figures = { waiting: 0, longest: null, live: calls.size, ai: 0, people: 0 };
  for (const { call, queue } of calls.values()) {
    if (queue?.waiting) {
      count.waiting += 1;
      const since = queue.joined_at === "" ? call.created_at : queue.joined_at;
      if (count.longest === null || since < count.longest) count.longest = since;
    } else if (call.status === "in_progress") {
      if (call.floor.holder === "assistant") count.ai += 1;
      if (call.floor.holder === "person") count.people += 1;
    }
  }
  return count;
}
