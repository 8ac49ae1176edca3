/** Asks for the next key that is pressed, for one act at a time. */
import { useEffect, useRef, useState } from "react";

const modifiers = ["Shift", "Control", "Alt", "AltGraph", "Meta"];

export function useKeyQuestion<Name extends string>(onKey: (event: KeyboardEvent, name: Name) => void) {
  const [asking, setAsking] = useState<Name | null>(null);
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    if (asking === null) return;
    const pressed = (event: KeyboardEvent) => {
      // Whoever tabs on has changed their mind; a modifier is only half of a key.
      if (event.key === "Tab") setAsking(null);
      if (event.key === "Tab" || modifiers.includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      setAsking(null);
      latest.current(event, asking);
    };
    window.addEventListener("keydown", pressed, { capture: true });
    return () => {
      window.removeEventListener("keydown", pressed, { capture: true });
    };
  }, [asking]);
  return { asking, ask: setAsking };
}
