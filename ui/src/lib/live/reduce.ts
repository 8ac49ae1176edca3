/** Folds a batch of socket messages into the state: one copy of each map a batch, however many messages. */
import type { CallEvent, LiveCall, LiveQueue, ServerMessage, Supervisor, TranscriptItem } from "@/api/types";

import { emptyState, type Interim, type LiveState } from "./state";

const mostEnded = 20;

/** What is known of a call that was only just heard of. */
const nothingYet: Omit<LiveCall, "call"> = {
  supervisors: [],
  last_line: null,
  quality: null,
  queue: null,
  transfer: null,
  held: false,
  rings_for: null,
};

type Transfer = NonNullable<LiveCall["transfer"]>;
const underWay: readonly Transfer["state"][] = ["ringing", "calling", "consulting", "swapped", "three_way"];
const isOver = ({ state }: Transfer) => !underWay.includes(state);

/** The state after these messages; the same object where they change nothing. */
export function reduce(state: LiveState, messages: readonly ServerMessage[]): LiveState {
  const draft = new Draft(state);
  for (const message of messages) draft.apply(message);
  return draft.finish();
}

/** Items merged by id, in order of position; `fresh` wins. */
export function mergeItems(old: readonly TranscriptItem[], fresh: readonly TranscriptItem[]) {
  const byId = new Map(old.map((item) => [item.id, item]));
  for (const item of fresh) byId.set(item.id, item);
  return [...byId.values()].sort((a, b) => a.position - b.position);
}

type MapKey = "calls" | "ended" | "items" | "marks" | "interims" | "trunks" | "phones" | "agents";

class Draft {
  private next: LiveState;
  private readonly copied = new Set<MapKey>();
  private readonly before: LiveState;

  constructor(before: LiveState) {
    this.before = before;
    this.next = before;
  }

  finish(): LiveState {
    return this.next;
  }

  apply(message: ServerMessage): void {
    switch (message.type) {
      case "snapshot":
        this.copied.clear();
        this.next = {
          ...emptyState,
          connection: this.next.connection,
          ended: this.before.ended,
          generation: this.next.generation + 1,
          loaded: true,
          seq: message.seq,
          me: message.you,
          calls: new Map(message.calls.map((live) => [live.call.id, live])),
          trunks: new Map(message.trunks.map(({ trunk, status }) => [trunk, status])),
        };
        return;
      case "event":
        this.event(message);
        return;
      case "interim": {
        const others = (this.next.interims.get(message.call) ?? []).filter(
          ({ speaker }) => speaker !== message.speaker,
        );
        const { speaker, text, start_ms: startMs } = message;
        this.setInterims(message.call, text === "" ? others : [...others, { speaker, text, startMs }]);
        return;
      }
      case "trunk":
        this.map("trunks").set(message.trunk, message.status);
        return;
      case "phone":
        this.map("phones").set(message.user, message.connected);
        return;
      case "quality":
        this.change(message.call, (live) => ({ ...live, quality: message.quality }));
        return;
      case "resync":
      case "resumed":
      case "pong":
      case "refused":
        return;
    }
  }

  private event(event: CallEvent): void {
    // A resumed socket may repeat what was already seen.
    if (this.next.seq !== null && event.seq <= this.next.seq) return;
    this.next = { ...this.next, seq: event.seq };
    switch (event.kind) {
      case "hold.changed":
        this.change(event.call, (live) => ({ ...live, held: event.data.held }));
        this.mark(event);
        return;
      case "colleague.ringing": {
        const { user, rings } = event.data;
        this.change(event.call, (live) => ({ ...live, rings_for: rings ? user : null }));
        return;
      }
      case "call.created":
      case "call.updated":
        this.map("calls").set(event.data.id, {
          ...(this.next.calls.get(event.data.id) ?? nothingYet),
          call: event.data,
        });
        return;
      case "call.ended":
        this.end(event.data.id, event.data);
        return;
      case "transcript.item":
        this.item(event.data);
        return;
      case "supervision.changed":
        this.supervision(event);
        return;
      case "transfer.changed": {
        const { transfer } = event.data;
        this.change(event.call, (live) => ({ ...live, transfer: isOver(transfer) ? null : transfer }));
        this.mark(event);
        return;
      }
      case "floor.changed": {
        const { floor } = event.data;
        this.change(event.call, (live) => ({ ...live, call: { ...live.call, floor } }));
        this.mark(event);
        return;
      }
      case "queue.joined":
        this.queue(event.call, () => ({
          queue: event.data.queue,
          joined_at: event.at,
          waiting: true,
          offered_to: [],
        }));
        return;
      case "queue.offered": {
        const { to } = event.data;
        if (to.kind === "person") {
          this.queue(event.call, (queue) => ({ ...queue, offered_to: [...queue.offered_to, to.user] }));
        }
        return;
      }
      case "queue.offer_ended": {
        const { to } = event.data;
        if (to.kind === "person") {
          this.queue(event.call, (queue) => ({
            ...queue,
            offered_to: queue.offered_to.filter((user) => user !== to.user),
          }));
        }
        return;
      }
      case "queue.answered":
      case "queue.left":
        this.queue(event.call, (queue) => ({ ...queue, waiting: false, offered_to: [] }));
        return;
      case "agent.state": {
        const { user, state, reason, until } = event.data;
        this.map("agents").set(user, { state, reason, until, since: event.at });
        return;
      }
      case "call.disposed":
      case "call.analyzed":
      case "config.changed":
      case "retention.swept":
        return;
      default:
        this.mark(event);
    }
  }

  private item(item: TranscriptItem): void {
    this.map("items").set(item.call, mergeItems(this.next.items.get(item.call) ?? [], [item]));
    const interims = this.next.interims.get(item.call);
    if (interims !== undefined) {
      this.setInterims(
        item.call,
        interims.filter(({ speaker }) => speaker !== item.speaker),
      );
    }
    if (item.speaker !== "system") {
      this.change(item.call, (live) => ({ ...live, last_line: item.text }));
    }
  }

  private supervision(event: CallEvent & { kind: "supervision.changed" }): void {
    const { by, name, mode } = event.data;
    this.change(event.call, (live) => {
      const others = live.supervisors.filter(({ user }) => user !== by);
      const ours: Supervisor[] = mode === "left" ? [] : [{ user: by, name, mode }];
      return { ...live, supervisors: [...others, ...ours] };
    });
  }

  /** What is known of a call's wait; a call whose joining was not seen has none. */
  private queue(id: string | null, change: (queue: LiveQueue) => LiveQueue): void {
    const none: LiveQueue = { queue: "", joined_at: "", waiting: false, offered_to: [] };
    this.change(id, (live) => ({ ...live, queue: change(live.queue ?? none) }));
  }

  private end(id: string, call: LiveCall["call"]): void {
    const live = this.next.calls.get(id);
    this.map("calls").delete(id);
    this.map("interims").delete(id);
    const ended = this.map("ended");
    ended.set(id, { ...(live ?? nothingYet), call });
    for (const oldest of ended.keys()) {
      if (ended.size <= mostEnded) break;
      ended.delete(oldest);
      this.map("items").delete(oldest);
      this.map("marks").delete(oldest);
    }
  }

  private mark(event: CallEvent): void {
    if (event.call === null) return;
    const marks = this.next.marks.get(event.call) ?? [];
    if (!marks.some(({ seq }) => seq === event.seq)) this.map("marks").set(event.call, [...marks, event]);
  }

  private setInterims(call: string, interims: readonly Interim[]): void {
    if (interims.length === 0) this.map("interims").delete(call);
    else this.map("interims").set(call, interims);
  }

  private change(id: string | null, change: (live: LiveCall) => LiveCall): void {
    const live = id === null ? undefined : this.next.calls.get(id);
    if (id !== null && live !== undefined) this.map("calls").set(id, change(live));
  }

  /** A map of this batch's own, copied at its first change. */
  private map<K extends MapKey>(key: K) {
    type Entry = LiveState[K] extends ReadonlyMap<string, infer V> ? V : never;
    if (!this.copied.has(key)) {
      this.copied.add(key);
      this.next = { ...this.next, [key]: new Map(this.next[key] as ReadonlyMap<string, Entry>) };
    }
    return this.next[key] as unknown as Map<string, Entry>;
  }
}
