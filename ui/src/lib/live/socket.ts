/** The live socket: connects with a ticket, resumes by sequence after a break, tells when it is offline. */
import { socketUrl } from "@/api/socketUrl";
import type { ClientMessage, ServerMessage } from "@/api/types";

import type { LiveStore } from "./store";

export interface SocketEnvironment {
  ticket: () => Promise<string>;
  open: (url: string) => WebSocket;
  /** The ticket was refused: nobody is signed in any more. */
  signedOut: () => void;
  isSignedOut: (error: unknown) => boolean;
  /** Every message, before it is shown. */
  heard: (message: ServerMessage) => void;
}

const pingEveryMs = 15_000;
const deadAfterMs = 40_000;
const longestWaitMs = 10_000;

export class LiveSocket {
  private socket: WebSocket | null = null;
  private watched: readonly string[] = [];
  private attempts = 0;
  private stopped = true;
  private heardAt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pulse: ReturnType<typeof setInterval> | undefined;
  private readonly store: LiveStore;
  private readonly environment: SocketEnvironment;

  constructor(store: LiveStore, environment: SocketEnvironment) {
    this.store = store;
    this.environment = environment;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    window.addEventListener("online", this.now);
    this.pulse = setInterval(this.beat, pingEveryMs);
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    window.removeEventListener("online", this.now);
    clearTimeout(this.retry);
    clearInterval(this.pulse);
    this.drop();
    this.store.setConnection("idle");
  }

  /** Asks for interim text of these calls, and of no others. */
  watch(calls: readonly string[]): void {
    this.watched = calls;
    this.send({ type: "watch", calls: [...calls] });
  }

  /** Tries at once, instead of at the end of the present wait. */
  readonly now = (): void => {
    if (this.stopped || this.socket !== null) return;
    clearTimeout(this.retry);
    this.attempts = 0;
    void this.connect();
  };

  private async connect(): Promise<void> {
    this.store.setConnection(this.attempts === 0 ? "connecting" : "offline");
    let ticket: string;
    try {
      ticket = await this.environment.ticket();
    } catch (error) {
      if (this.environment.isSignedOut(error)) this.environment.signedOut();
      else this.later();
      return;
    }
    if (this.stopped || this.socket !== null) return;
    const socket = this.environment.open(socketUrl("/live", ticket));
    this.socket = socket;
    socket.onopen = () => {
      const after = this.store.resumeAfter();
      this.send(after === null ? { type: "start" } : { type: "resume", after });
      if (this.watched.length > 0) this.watch(this.watched);
    };
    socket.onmessage = ({ data }: MessageEvent) => {
      if (typeof data === "string") this.receive(JSON.parse(data) as ServerMessage);
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.later();
    };
  }

  private receive(message: ServerMessage): void {
    this.heardAt = Date.now();
    if (message.type === "snapshot" || message.type === "resumed") {
      this.attempts = 0;
      this.store.setConnection("live");
    }
    this.environment.heard(message);
    this.store.push(message);
  }

  private later(): void {
    if (this.stopped) return;
    this.store.setConnection("offline");
    const wait = Math.min(longestWaitMs, 500 * 2 ** this.attempts) * (0.75 + Math.random() / 2);
    this.attempts += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.connect(), wait);
  }

  private readonly beat = (): void => {
    if (this.socket === null) return;
    // A laptop that slept holds a socket that nobody answers on and that never closes.
    if (this.heardAt > 0 && Date.now() - this.heardAt > deadAfterMs) {
      this.drop();
      this.later();
    } else {
      this.send({ type: "ping" });
    }
  };

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.heardAt = 0;
    socket?.close();
  }

  private send(message: ClientMessage): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }
}
