/** The socket: starts, resumes by sequence after a break, takes a resync's snapshot, watches again. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { event, item, liveCall, me } from "@/test/rows";

import { LiveSocket } from "./socket";
import { LiveStore } from "./store";

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    FakeSocket.all.push(this);
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  tell(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
    this.onclose?.();
  }
}

let store: LiveStore;
let socket: LiveSocket;
const signedOut = vi.fn();
const ticket = vi.fn(() => Promise.resolve("ticket/1"));
const newest = () => {
  const last = FakeSocket.all.at(-1);
  if (last === undefined) throw new Error("no socket was opened");
  return last;
};
const opened = async () => {
  await vi.advanceTimersByTimeAsync(0);
  newest().open();
  return newest();
};
const snapshot = (seq: number) => ({ type: "snapshot", seq, calls: [liveCall()], trunks: [], you: me });

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  signedOut.mockReset();
  ticket.mockReset().mockResolvedValue("ticket/1");
  store = new LiveStore((flush) => {
    flush();
  });
  socket = new LiveSocket(store, {
    ticket,
    open: (url) => new FakeSocket(url) as unknown as WebSocket,
    signedOut,
    isSignedOut: (error) => error === "401",
    heard: () => undefined,
  });
  socket.start();
});

afterEach(() => {
  socket.stop();
  vi.useRealTimers();
});

describe("the live socket", () => {
  it("opens with a ticket, starts, and is live with the snapshot", async () => {
    const first = await opened();
    expect(first.url).toBe("ws://localhost:3000/api/v1/live?ticket=ticket%2F1");
    expect(first.sent).toEqual([{ type: "start" }]);
    first.tell(snapshot(10));
    expect(store.get().connection).toBe("live");
    expect(store.get().calls.size).toBe(1);
  });

  it("resumes after the last event it saw, and watches what it watched", async () => {
    socket.watch(["call_1"]);
    const first = await opened();
    first.tell(snapshot(10));
    first.tell({ type: "event", ...event(14, { kind: "transcript.item", data: item() }) });
    first.close();
    expect(store.get().connection).toBe("offline");
    await vi.advanceTimersByTimeAsync(1000);
    const second = await opened();
    expect(second).not.toBe(first);
    expect(second.sent).toEqual([
      { type: "resume", after: 14 },
      { type: "watch", calls: ["call_1"] },
    ]);
    second.tell({ type: "resumed", after: 14 });
    expect(store.get().connection).toBe("live");
    expect(store.get().items.get("call_1")).toHaveLength(1);
  });

  it("forgets what it knew at a resync's snapshot", async () => {
    const first = await opened();
    first.tell(snapshot(10));
    first.tell({ type: "event", ...event(11, { kind: "transcript.item", data: item() }) });
    first.tell({ type: "resync" });
    first.tell(snapshot(90));
    expect(store.get().seq).toBe(90);
    expect(store.get().items.size).toBe(0);
  });

  it("says that nobody is signed in, and stops trying", async () => {
    ticket.mockRejectedValue("401");
    (await opened()).close();
    await vi.advanceTimersByTimeAsync(2000);
    expect(signedOut).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("drops a socket on which nothing is heard any more", async () => {
    const first = await opened();
    first.tell(snapshot(10));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(first.readyState).toBe(3);
    expect(first.sent).toContainEqual({ type: "ping" });
    expect(FakeSocket.all.length).toBeGreaterThan(1);
  });
});
