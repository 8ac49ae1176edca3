/** A queue as the form has it: the API's shape, with numbers that may be empty while one types. */
import type { Member, MemberRef, Queue, QueueSettings, QueueWrite } from "@/api/types";

export const strategies = [
  "longest_idle",
  "round_robin",
  "fewest_calls",
  "least_talk_time",
  "ring_all",
  "random",
  "ranked",
] as const satisfies readonly QueueSettings["strategy"][];

export const staffings = [
  "nobody",
  "signed_in",
  "ready",
] as const satisfies readonly QueueSettings["join_with"][];

/** Numbers that have to be there. */
export const needed = [
  "priority",
  "offer_timeout_s",
  "retry_after_s",
  "wrap_up_s",
  "service_level_s",
  "usual_handling_s",
] as const;
export type Needed = (typeof needed)[number];

/** Limits that may be left out. */
export type Limit =
  "ageing_s" | "longest_wait_s" | "most_waiting" | "longest_estimate_s" | "announce_every_s";

export interface Values {
  name: string;
  settings: Omit<QueueSettings, Needed> & Record<Needed, number | null>;
  members: Member[];
}

/** As the server has it where a program leaves everything out. */
export const usual: QueueSettings = {
  strategy: "longest_idle",
  priority: 0,
  ageing_s: 60,
  needs: [],
  offer_timeout_s: 15,
  auto_pause: true,
  retry_after_s: 30,
  wrap_up_s: 15,
  longest_wait_s: null,
  most_waiting: null,
  longest_estimate_s: null,
  join_with: "nobody",
  stay_with: "nobody",
  announce_every_s: 45,
  greeting: null,
  bridge: null,
  overflow: { kind: "hang_up" },
  service_level_s: 20,
  usual_handling_s: 180,
  script: "",
  dispositions: [],
  disposition_required: false,
  callback: {
    offered: false,
    from_position: null,
    from_estimate_s: null,
    key: "5",
    other_number: true,
    attempts: 3,
    gap_s: 600,
  },
};

/** Least and most, as the server takes them. */
export const ranges: Readonly<Record<Needed | Limit, readonly [number, number]>> = {
  priority: [-100, 100],
  ageing_s: [1, 86_400],
  offer_timeout_s: [3, 120],
  retry_after_s: [0, 3_600],
  wrap_up_s: [0, 3_600],
  longest_wait_s: [1, 86_400],
  most_waiting: [0, 100_000],
  longest_estimate_s: [1, 86_400],
  announce_every_s: [10, 3_600],
  service_level_s: [1, 3_600],
  usual_handling_s: [1, 86_400],
};

export const initial = (queue: Queue | null): Values => ({
  name: queue?.name ?? "",
  settings: structuredClone(queue?.settings ?? usual),
  members: structuredClone(queue?.members ?? []),
});

export function toWrite({ name, settings, members }: Values): QueueWrite {
  const { priority, offer_timeout_s, retry_after_s, wrap_up_s, service_level_s, usual_handling_s } = settings;
  return {
    name: name.trim(),
    members,
    settings: {
      ...settings,
      priority: priority ?? usual.priority,
      offer_timeout_s: offer_timeout_s ?? usual.offer_timeout_s,
      retry_after_s: retry_after_s ?? usual.retry_after_s,
      wrap_up_s: wrap_up_s ?? usual.wrap_up_s,
      service_level_s: service_level_s ?? usual.service_level_s,
      usual_handling_s: usual_handling_s ?? usual.usual_handling_s,
      greeting: settings.greeting?.trim() || null,
      needs: settings.needs.map((need) => ({ ...need, skill: need.skill.trim() })),
    },
  };
}

/** A refusal's field as the form calls it. */
export const formField = (field: string): string =>
  field
    .replace(/^(settings\.overflow)\..*/, "$1")
    .replace(/^(settings\.dispositions)\..*/, "$1")
    .replace(/^(members\.\d+)\..*/, "$1");

/** `person:id` or `assistant:id`, as lists of both have it. */
export const memberKey = (member: MemberRef): string =>
  member.kind === "person" ? `person:${member.user}` : `assistant:${member.assistant}`;

export function memberFrom(key: string): MemberRef {
  const id = key.slice(key.indexOf(":") + 1);
  return key.startsWith("person:") ? { kind: "person", user: id } : { kind: "assistant", assistant: id };
}

export const overflowKey = (overflow: QueueSettings["overflow"]): string =>
  overflow.kind === "hang_up"
    ? "hang_up"
    : overflow.kind === "queue"
      ? `queue:${overflow.queue}`
      : memberKey(overflow);

export const overflowFrom = (key: string): QueueSettings["overflow"] =>
  key === "hang_up"
    ? { kind: "hang_up" }
    : key.startsWith("queue:")
      ? { kind: "queue", queue: key.slice("queue:".length) }
      : memberFrom(key);
