/** Rows of a desk for its tests. */
import type { AgentView, Desk, DeskCall } from "@/api/types";
import { ann, liveCall, me } from "@/test/rows";

/** Whose desk it is. */
export const user = ann.user;
export const own = { kind: "person", user } as const;

export const agent = (over: Partial<AgentView> = {}): AgentView => ({
  user,
  name: me.name,
  state: "ready",
  reason: null,
  since: "2026-03-01T09:30:00Z",
  until: null,
  calls: [],
  last_call: null,
  skills: {},
  capacity: 1,
  pinned: false,
  queues: ["queue_support"],
  calls_taken: 0,
  phone: true,
  ...over,
});

export const desk = (over: Partial<Desk> = {}): Desk => ({
  agent: agent(),
  calls: [],
  wrapping_up: null,
  dispositions: [],
  disposition_required: false,
  ...over,
});

export const deskCall = (over: Partial<DeskCall> = {}): DeskCall => ({
  live: liveCall(),
  queue: "Support",
  script: null,
  transcript: [],
  contacts: [],
  ...over,
});

/** Rina, who waits and is offered to this person. */
export const offered = (over: Partial<DeskCall> = {}): DeskCall =>
  deskCall({
    live: liveCall(
      {
        direction: "inbound",
        from: "+62812345678",
        to: "+62215551234",
        floor: { holder: "nobody", user: null, name: null, version: 1 },
      },
      {
        queue: {
          queue: "queue_support",
          joined_at: new Date(Date.now() - 65_000).toISOString(),
          waiting: true,
          offered_to: [user],
        },
      },
    ),
    ...over,
  });
