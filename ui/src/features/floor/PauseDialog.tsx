/** Puts somebody on a break, and says why. */
import { Autocomplete, Button, Group, Modal, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { AgentView } from "@/api/types";

const usual = ["break", "lunch", "training", "coaching", "meeting"] as const;
const longestReason = 50;

interface Props {
  agent: AgentView | null;
  onPause: (agent: AgentView, reason: string) => void;
  onClose: () => void;
}

export function PauseDialog({ agent, onPause, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={agent !== null}
      onClose={onClose}
      title={t("queues.actsOf.pauseAgent", { name: agent?.name ?? "" })}
      size="sm"
    >
      {agent !== null && <PauseForm agent={agent} onPause={onPause} onClose={onClose} />}
    </Modal>
  );
}

function PauseForm({ agent, onPause, onClose }: Props & { agent: AgentView }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() === "") {
          setMissing(true);
          return;
        }
        onPause(agent, reason.trim());
        onClose();
      }}
    >
      <Stack>
        <Autocomplete
          data-autofocus
          required
          openOnFocus={false}
          label={t("agents.reason")}
          description={t("agents.reasonHint")}
          maxLength={longestReason}
          data={usual.map((name) => t(`agents.usual.${name}`))}
          value={reason}
          onChange={setReason}
          error={missing && reason.trim() === "" ? t("common.required") : null}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit">{t("agents.pause")}</Button>
        </Group>
      </Stack>
    </form>
  );
}
