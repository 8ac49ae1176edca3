/** To which other queue a caller who waits is moved; the wait goes along. */
import { Button, Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Caller } from "./standings";
import { useQueueNames } from "./useFloor";
import { useNameOf } from "./WaitingRow";

interface Props {
  caller: Caller | null;
  onMove: (caller: Caller, queue: string, name: string) => void;
  onClose: () => void;
}

export function MoveCallerDialog({ caller, onMove, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened={caller !== null} onClose={onClose} title={t("queues.moveTitle")} size="sm">
      {caller !== null && <Destinations caller={caller} onMove={onMove} onClose={onClose} />}
    </Modal>
  );
}

function Destinations({ caller, onMove, onClose }: Props & { caller: Caller }) {
  const { t } = useTranslation();
  const queues = useQueueNames();
  const name = useNameOf(caller);
  const others = [...queues].filter(([id]) => id !== caller.queue);
  return (
    <Stack gap="xs">
      <Text size="sm">{others.length === 0 ? t("queues.noOther") : t("queues.moveText", { name })}</Text>
      {others.map(([id, queue], index) => (
        <Button
          key={id}
          variant="default"
          justify="flex-start"
          {...(index === 0 ? { "data-autofocus": true } : {})}
          onClick={() => {
            onMove(caller, id, queue);
            onClose();
          }}
        >
          {queue}
        </Button>
      ))}
    </Stack>
  );
}
