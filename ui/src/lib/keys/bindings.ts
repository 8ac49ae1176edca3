/** Single-key shortcuts: their defaults, a person's own, and switching them off (WCAG 2.2, 2.1.4). */
import { useSyncExternalStore } from "react";

import { load, save } from "../storage";

export const actions = [
  "listen",
  "whisper",
  "barge",
  "takeOver",
  "handBack",
  "say",
  "tell",
  "pauseRecording",
  "end",
  "leave",
  "search",
  "alert",
  "placeCall",
  "ready",
  "pauseWork",
  "answer",
  "decline",
  "mute",
  "extendWrapUp",
  "wrapUpDone",
  "notes",
  "disposition1",
  "disposition2",
  "disposition3",
  "disposition4",
  "disposition5",
  "disposition6",
  "disposition7",
  "disposition8",
  "disposition9",
  "queues",
  "toFront",
  "moveCaller",
  "raise",
  "lower",
  "pauseAgent",
  "readyAgent",
  "agentOffline",
  "agentQueues",
  "conferences",
  "conference",
  "muteMember",
  "removeMember",
] as const;
export type KeyName = (typeof actions)[number];

export const defaultKeys: Readonly<Record<KeyName, string>> = {
  listen: "l",
  whisper: "w",
  barge: "b",
  takeOver: "t",
  handBack: "h",
  say: "s",
  tell: "i",
  pauseRecording: "p",
  end: "e",
  leave: "Escape",
  search: "/",
  alert: "a",
  placeCall: "n",
  ready: "r",
  pauseWork: "u",
  answer: "a",
  decline: "d",
  mute: "m",
  extendWrapUp: "x",
  wrapUpDone: "f",
  notes: "c",
  disposition1: "1",
  disposition2: "2",
  disposition3: "3",
  disposition4: "4",
  disposition5: "5",
  disposition6: "6",
  disposition7: "7",
  disposition8: "8",
  disposition9: "9",
  queues: "q",
  toFront: "f",
  moveCaller: "v",
  raise: "+",
  lower: "-",
  pauseAgent: "z",
  readyAgent: "r",
  agentOffline: "o",
  agentQueues: "g",
  conferences: "k",
  conference: "j",
  muteMember: "y",
  removeMember: "x",
};

export interface Bindings {
  enabled: boolean;
  keys: Readonly<Record<KeyName, string>>;
}

const storageKey = "shortcuts";
const listeners = new Set<() => void>();

function read(): Bindings {
  const stored = load<Partial<Bindings>>(storageKey, {});
  return { enabled: stored.enabled ?? true, keys: { ...defaultKeys, ...stored.keys } };
}

let current = read();

export const getBindings = (): Bindings => current;

export function setBindings(next: Bindings): void {
  current = next;
  save(storageKey, next);
  for (const listener of listeners) listener();
}

/** The bindings with `name` on `key`; whoever had that key gets the old one of `name`. */
export function rebind(bindings: Bindings, name: KeyName, key: string): Bindings {
  const keys = { ...bindings.keys };
  const holder = actions.find((action) => keys[action] === key);
  if (holder !== undefined) keys[holder] = keys[name];
  keys[name] = key;
  return { ...bindings, keys };
}

export const useBindings = (): Bindings =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, getBindings);

/** A key as it is printed on a keyboard. */
export function keyLabel(key: string): string {
  if (key === "Escape") return "Esc";
  if (key === " ") return "␣";
  return key.length === 1 ? key.toUpperCase() : key;
}
