/** Keys that act while another window has the focus: which they are, and what came of asking the desktop for them. */
import { useSyncExternalStore } from "react";

import { load, save } from "../storage";

export const hotkeyActs = ["answer", "end", "mute", "hold"] as const;
export type HotkeyAct = (typeof hotkeyActs)[number];

/** Why the desktop gave no key. */
export type HotkeyTrouble = "twice" | "unreadable" | "taken" | "unsupported";

export interface Hotkeys {
  enabled: boolean;
  /** `Control+Alt+KeyA`: modifiers and a key's place on the keyboard; empty for none. */
  keys: Readonly<Record<HotkeyAct, string>>;
}

export const defaultHotkeys: Hotkeys = {
  enabled: true,
  keys: {
    answer: "Control+Alt+KeyA",
    end: "Control+Alt+KeyE",
    mute: "Control+Alt+KeyM",
    hold: "Control+Alt+KeyH",
  },
};

const storageKey = "hotkeys";
const listeners = new Set<() => void>();

interface State {
  hotkeys: Hotkeys;
  refused: Readonly<Partial<Record<HotkeyAct, HotkeyTrouble>>>;
}

function read(): Hotkeys {
  const { enabled, keys } = load<Partial<Hotkeys>>(storageKey, {});
  return { enabled: enabled ?? true, keys: { ...defaultHotkeys.keys, ...keys } };
}

let current: State = { hotkeys: read(), refused: {} };

function change(next: State): void {
  current = next;
  for (const listener of listeners) listener();
}

export function setHotkeys(hotkeys: Hotkeys): void {
  save(storageKey, hotkeys);
  change({ ...current, hotkeys });
}

/** The desktop's answer to the keys that are set. */
export function setRefused(refused: State["refused"]): void {
  change({ ...current, refused });
}

export const useHotkeys = (): State =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );

/** A key press as a desktop-wide key, or null where it has no modifier or is one itself. */
export function hotkeyOf({
  code,
  ctrlKey,
  altKey,
  shiftKey,
  metaKey,
}: Pick<KeyboardEvent, "code" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">): string | null {
  const mods = [
    ctrlKey ? "Control" : "",
    altKey ? "Alt" : "",
    shiftKey ? "Shift" : "",
    metaKey ? "Super" : "",
  ].filter((mod) => mod !== "");
  const isModifier = /^(Control|Alt|Shift|Meta|OS)(Left|Right)?$/.test(code) || code === "";
  // Shift alone makes capitals.
  if (isModifier || mods.length === 0 || mods.join() === "Shift") return null;
  return [...mods, code].join("+");
}

/** `Control+Alt+KeyA` as people read it. */
export const hotkeyLabel = (key: string): string =>
  key
    .split("+")
    .map((part) => (part === "Control" ? "Ctrl" : part.replace(/^(Key|Digit)/, "")))
    .join(" + ");
