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
  "hold",
  "keypad",
  "transfer",
  "completeTransfer",
  "abandonTransfer",
  "swapTransfer",
  "threeWay",
  "dial",
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
  hold: "h",
  keypad: "k",
  transfer: "t",
  completeTransfer: "v",
  abandonTransfer: "b",
  swapTransfer: "s",
  threeWay: "w",
  dial: "j",
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
  conference: "c",
  muteMember: "y",
  removeMember: "x",
};

/** Where an act is possible: two acts of one place, or of one place and everywhere, must not share a key. */
export type Place = "everywhere" | "desk" | "floor";

const everywhere: readonly KeyName[] = ["placeCall", "dial"];
const onDesk: readonly KeyName[] = [
  "ready",
  "pauseWork",
  "answer",
  "decline",
  "mute",
  "hold",
  "keypad",
  "transfer",
  "completeTransfer",
  "abandonTransfer",
  "swapTransfer",
  "threeWay",
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
];
/** Acts of both rooms. */
const shared: readonly KeyName[] = ["pauseRecording", "end"];

export function placesOf(name: KeyName): readonly Place[] {
  if (everywhere.includes(name)) return ["everywhere"];
  if (shared.includes(name)) return ["desk", "floor"];
  return [onDesk.includes(name) ? "desk" : "floor"];
}

function meet(one: KeyName, other: KeyName): boolean {
  const [here, there] = [placesOf(one), placesOf(other)];
  return (
    here.includes("everywhere") || there.includes("everywhere") || here.some((place) => there.includes(place))
  );
}

/** The acts that `key` already stands for where `name` is possible too. */
export const conflicts = ({ keys }: Bindings, name: KeyName, key: string): KeyName[] =>
  key === "" ? [] : actions.filter((other) => other !== name && keys[other] === key && meet(name, other));

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

/** The bindings with `name` on `key` (empty: on none); the first that had it gets the old one of `name`, others none. */
export function rebind(bindings: Bindings, name: KeyName, key: string): Bindings {
  const keys = { ...bindings.keys };
  const old = keys[name];
  keys[name] = key;
  conflicts(bindings, name, key).forEach((holder, at) => {
    const free = at === 0 && conflicts({ ...bindings, keys }, holder, old).length === 0;
    keys[holder] = free ? old : "";
  });
  return { ...bindings, keys };
}

export const useBindings = (): Bindings =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, getBindings);

/** A key as shortcuts name it: letters in either case are one. */
export const keyOf = ({ key }: Pick<KeyboardEvent, "key">): string =>
  key.length === 1 ? key.toLowerCase() : key;

/** A key as it is printed on a keyboard. */
export function keyLabel(key: string): string {
  if (key === "Escape") return "Esc";
  if (key === " ") return "␣";
  return key.length === 1 ? key.toUpperCase() : key;
}
