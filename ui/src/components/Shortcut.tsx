/** The key that does the same as a button; nothing where shortcuts are switched off. */
import { Kbd } from "@mantine/core";

import { keyLabel, type KeyName, useBindings } from "@/lib/keys/bindings";

export function Shortcut({ name }: { name: KeyName }) {
  const { enabled, keys } = useBindings();
  return enabled && keys[name] !== "" ? (
    <Kbd size="xs" aria-hidden>
      {keyLabel(keys[name])}
    </Kbd>
  ) : null;
}
