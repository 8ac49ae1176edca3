/** A button that shows the key that does the same. */
import { Button, type ButtonProps } from "@mantine/core";
import type { ReactNode, Ref } from "react";

import { Shortcut } from "@/components/Shortcut";
import { type KeyName, useBindings } from "@/lib/keys/bindings";

interface Props extends ButtonProps {
  name: KeyName;
  onClick?: () => void;
  pressed?: boolean;
  /** Whether what it opens is open. */
  expanded?: boolean;
  type?: "button" | "submit";
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
}

export function KeyedButton({ name, pressed, expanded, children, type = "button", ...rest }: Props) {
  const { enabled, keys } = useBindings();
  return (
    <Button
      type={type}
      rightSection={<Shortcut name={name} />}
      {...(enabled && keys[name] !== "" ? { "aria-keyshortcuts": keys[name] } : {})}
      {...(expanded === undefined ? {} : { "aria-expanded": expanded })}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
      {...rest}
    >
      {children}
    </Button>
  );
}
