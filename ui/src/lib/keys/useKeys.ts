/** Runs an action when its key is pressed, never while somebody types or a dialog is open. */
import { useEffect, useRef } from "react";

import { type KeyHandlers, offerActs } from "./acts";
import { actions, getBindings, keyOf } from "./bindings";

const typing = "input, textarea, select, [contenteditable=''], [contenteditable='true'], [role='textbox']";

/** Whether a key press belongs to what has the focus, not to us. */
export function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing)
    return true;
  if (document.querySelector("[aria-modal='true']") !== null) return true;
  const { target } = event;
  return target instanceof Element && target.closest(typing) !== null;
}

export function useKeys(handlers: KeyHandlers): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => offerActs(latest), []);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { enabled, keys } = getBindings();
      if (!enabled || event.repeat || isTaken(event)) return;
      const key = keyOf(event);
      // Rooms that are not shown together may give one key to different actions.
      const name = actions.find((action) => keys[action] === key && latest.current[action] !== undefined);
      const handler = name === undefined ? undefined : latest.current[name];
      if (handler === undefined) return;
      event.preventDefault();
      handler();
    };
    window.addEventListener("keydown", pressed);
    return () => {
      window.removeEventListener("keydown", pressed);
    };
  }, []);
}
