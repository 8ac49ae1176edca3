/** A live socket for tests: what it tells reaches the console as the server's own messages would. */
import { act } from "@testing-library/react";
import { vi } from "vitest";

import type { CallEvent, ServerMessage } from "@/api/types";

import type { Answers } from "./render";

class FakeSocket {
  static readonly opened: FakeSocket[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor() {
    FakeSocket.opened.push(this);
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.();
    });
  }
  send() {}
  close() {
    this.readyState = 3;
  }
}

/** To be among what `serve` answers. */
export const liveTicket: Answers = { "POST /live/ticket": { ticket: "t" } };

/** Puts the double in place; tells over the newest socket. */
export function fakeLive() {
  FakeSocket.opened.length = 0;
  vi.stubGlobal("WebSocket", FakeSocket);
  const tell = async (message: ServerMessage) => {
    await vi.waitFor(() => {
      if (FakeSocket.opened.at(-1)?.readyState !== 1) throw new Error("no live socket is open");
    });
    act(() => FakeSocket.opened.at(-1)?.onmessage?.({ data: JSON.stringify(message) }));
  };
  return { tell, happened: (event: CallEvent) => tell({ type: "event", ...event } as ServerMessage) };
}
