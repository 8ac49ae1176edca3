/** What the console asks of the machine it runs on: a phone to speak with, and a way to get attention. */
import { createContext, useContext, useSyncExternalStore } from "react";

export type PhoneStatus = "off" | "connecting" | "ready" | "ringing" | "in_call" | "failed";

export interface PhoneState {
  status: PhoneStatus;
  /** Why it failed: `denied`, `no_device`, `replaced`, `offline`, or the machine's own words. */
  detail: string | null;
  input: string | null;
  output: string | null;
  /** Echo and noise stay in what the microphone hears. */
  plain: boolean;
  /** Nothing of the microphone is sent. */
  muted?: boolean;
}

export interface PhoneChoice {
  input?: string;
  output?: string;
  plain?: boolean;
}

export interface Device {
  id: string;
  name: string;
}

export interface Devices {
  inputs: readonly Device[];
  outputs: readonly Device[];
}

/** Loudness, 0 to 1. */
export interface Level {
  input: number;
  output: number;
}

export interface PhoneHost {
  state(): PhoneState;
  subscribe(listener: () => void): () => void;
  /** Resolves once calls can be heard; rejects with why not. */
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** Picks up a ringing call. A browser's phone never rings: its sound is simply there. */
  answer(): Promise<void>;
  hangUp(): Promise<void>;
  /** Stops sending what the microphone hears; absent where the phone mutes itself. */
  mute?(muted: boolean): void;
  devices(): Promise<Devices>;
  select(choice: PhoneChoice): Promise<void>;
  onLevel(listener: (level: Level) => void): () => void;
  /** Records three seconds and plays them back. */
  echoTest(): Promise<void>;
}

/** A key that the desktop did not give, and why. */
export interface RefusedHotkey {
  act: string;
  why: "twice" | "unreadable" | "taken" | "unsupported";
}

/** Keys that work while another window has the focus. */
export interface HotkeyHost {
  /** Takes these keys in place of all former ones. */
  set(keys: Readonly<Record<string, string>>): Promise<readonly RefusedHotkey[]>;
  onPress(listener: (act: string) => void): () => void;
}

/** Numbers that other programs hand over: `tel:` links. */
export interface DialHost {
  /** The number that waits, once. */
  take(): Promise<string | null>;
  onWaiting(listener: () => void): () => void;
}

export interface Host {
  kind: "desktop" | "browser";
  phone: PhoneHost;
  notify(title: string, body: string): void;
  /** Asks once whether `notify` may show; to be called from a click or a key. */
  allowNotices?(): void;
  /** Absent in a browser, which gives no keys of other windows. */
  hotkeys?: HotkeyHost;
  /** Absent in a browser: there, numbers are dialled by a click. */
  dial?: DialHost;
}

/** What a host needs of the signed-in person's session. */
export interface HostSession {
  ticket(): Promise<string>;
  account(): Promise<unknown>;
  /** Answers a WebRTC offer of this browser. */
  offer(sdp: string): Promise<string>;
}

export const HostContext = createContext<Host | null>(null);

export function useHost(): Host {
  const host = useContext(HostContext);
  if (host === null) throw new Error("useHost outside of HostContext");
  return host;
}

export function usePhone(): PhoneState {
  const { phone } = useHost();
  return useSyncExternalStore(
    (listener) => phone.subscribe(listener),
    () => phone.state(),
  );
}
