/** Lets any screen open the dialogs that place or simulate a call, which the app mounts once. */
import { useSyncExternalStore } from "react";

export type OpenDialog =
  | { kind: "none" }
  | { kind: "place"; assistant?: string; to?: string }
  | { kind: "callIn"; to?: string }
  | { kind: "dial"; to?: string; atOnce?: boolean };

const listeners = new Set<() => void>();
let current: OpenDialog = { kind: "none" };

export function openDialog(dialog: OpenDialog): void {
  current = dialog;
  for (const listener of listeners) listener();
}

export const closeDialog = (): void => {
  openDialog({ kind: "none" });
};

export const useOpenDialog = (): OpenDialog =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
