/** The live state outside React: messages are gathered and applied once a frame, then subscribers are told. */
import { useSyncExternalStore } from "react";

import type { CallEvent, ServerMessage, TranscriptItem } from "@/api/types";

import { mergeItems, reduce } from "./reduce";
import { type Connection, emptyState, type LiveState } from "./state";

type Schedule = (flush: () => void) => void;

/** A hidden window gets no frames, but its state has to move on. */
const onFrame: Schedule = (flush) => {
  if (document.hidden) setTimeout(flush, 250);
  else requestAnimationFrame(flush);
};

export class LiveStore {
  private state: LiveState = emptyState;
  private queue: ServerMessage[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly schedule: Schedule;

  constructor(schedule: Schedule = onFrame) {
    this.schedule = schedule;
  }

  readonly get = (): LiveState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Takes a message in; it shows at the next frame. */
  push(message: ServerMessage): void {
    this.queue.push(message);
    if (this.queue.length === 1) this.schedule(this.flush);
  }

  setConnection(connection: Connection): void {
    if (this.state.connection !== connection) this.set({ ...this.state, connection });
  }

  /** The sequence number to resume after, counting what has not been shown yet. */
  resumeAfter(): number | null {
    this.flush();
    return this.state.seq;
  }

  /** A call's transcript and marks as read over HTTP; what the socket brought meanwhile is newer and stays. */
  seed(call: string, items: readonly TranscriptItem[], events: readonly CallEvent[]): void {
    const marks = this.state.marks.get(call) ?? [];
    const known = new Set(marks.map(({ seq }) => seq));
    const older = events.filter(({ kind, seq }) => isMark(kind) && !known.has(seq));
    this.set({
      ...this.state,
      items: new Map(this.state.items).set(call, mergeItems(items, this.state.items.get(call) ?? [])),
      marks: new Map(this.state.marks).set(
        call,
        [...older, ...marks].sort((a, b) => a.seq - b.seq),
      ),
    });
  }

  /** Forgets everything, at sign-out. */
  reset(): void {
    this.queue = [];
    this.set(emptyState);
  }

  private readonly flush = (): void => {
    if (this.queue.length === 0) return;
    const batch = this.queue;
    this.queue = [];
    this.set(reduce(this.state, batch));
  };

  private set(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

/** Whether a call's transcript shows this kind of event between its lines. */
export function isMark(kind: CallEvent["kind"]): boolean {
  return !(
    kind.startsWith("call.") ||
    kind.startsWith("queue.") ||
    kind.startsWith("conference.") ||
    kind === "agent.state" ||
    kind === "agent.queues" ||
    kind === "callback.changed" ||
    kind === "transcript.item" ||
    kind === "config.changed" ||
    kind === "retention.swept" ||
    kind === "voicemail.left" ||
    kind === "supervision.changed"
  );
}

/** The console's one store. */
export const live = new LiveStore();

/** Part of the live state; `select` has to answer the same object for an unchanged part. */
export const useLive = <T>(select: (state: LiveState) => T): T =>
  useSyncExternalStore(live.subscribe, () => select(live.get()));
