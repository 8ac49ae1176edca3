/** An act on one row: an icon with its name and its key. */
import { ActionIcon } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { IconX } from "@/components/icons";
import { keyLabel, useBindings } from "@/lib/keys/bindings";

export type RowActName =
  "toFront" | "raise" | "lower" | "moveCaller" | "pauseAgent" | "readyAgent" | "agentOffline" | "agentQueues";

interface Props {
  name: RowActName;
  /** Whom it is done to. */
  of: string;
  icon: typeof IconX;
  disabled?: boolean;
  onClick: () => void;
}

export function RowAct({ name, of, icon: Icon, disabled = false, onClick }: Props) {
  const { t } = useTranslation();
  const { enabled, keys } = useBindings();
  const label = t(`queues.actsOf.${name}`, { name: of });
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      {...(disabled ? { bg: "transparent" } : { c: "var(--ink-2)" })}
      disabled={disabled}
      aria-label={label}
      {...(enabled
        ? { "aria-keyshortcuts": keys[name], title: `${label} (${keyLabel(keys[name])})` }
        : { title: label })}
      onClick={onClick}
    >
      <Icon size={17} />
    </ActionIcon>
  );
}
