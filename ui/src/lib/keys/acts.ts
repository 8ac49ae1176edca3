/** What can be done on the screen that is shown, by name: for keys, the command palette, and keys of other windows. */
import { actions, type KeyName } from "./bindings";

/** `endNow` has no single key: it does not ask first. */
export type ActName = KeyName | "endNow";
export type KeyHandlers = Partial<Record<ActName, () => void>>;

interface Holder {
  current: KeyHandlers;
}

const shown = new Set<Holder>();

/** Offers acts until the answer is called. */
export function offerActs(holder: Holder): () => void {
  shown.add(holder);
  return () => {
    shown.delete(holder);
  };
}

/** What does an act now; of two, the one that came to the screen last. */
const handlerOf = (name: ActName): (() => void) | undefined =>
  [...shown].reverse().find(({ current }) => current[name] !== undefined)?.current[name];

/** Acts that are possible now and have a name people know. */
export const possibleActs = (): KeyName[] => actions.filter((name) => handlerOf(name) !== undefined);

/** Does it where it is possible, and says whether it was. */
export function perform(name: ActName): boolean {
  const handler = handlerOf(name);
  handler?.();
  return handler !== undefined;
}
