/** Sends again what was made for a webhook in a span of time. */
import { Button, Group, Modal, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Webhook } from "@/api/types";
import { redeliverRange } from "@/api/webhooks";
import { Refused } from "@/components/Refused";

const DAY_MS = 86_400_000;

/** As `datetime-local` writes it, on this machine's clock. */
const local = (at: Date) =>
  new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

export function RedeliverDialog({ webhook, onClose }: { webhook: Webhook | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={webhook !== null} onClose={onClose} title={t("webhooks.againRange")}>
      {webhook !== null && <RedeliverForm id={webhook.id} onClose={onClose} />}
    </Modal>
  );
}

function RedeliverForm({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [from, setFrom] = useState(() => local(new Date(Date.now() - DAY_MS)));
  // The minute that is running belongs to it.
  const [until, setUntil] = useState(() => local(new Date(Date.now() + 60_000)));
  const [failedOnly, setFailedOnly] = useState(true);
  const again = useMutation({
    mutationFn: () =>
      redeliverRange(id, {
        from: new Date(from).toISOString(),
        until: new Date(until).toISOString(),
        failed_only: failedOnly,
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["webhook-deliveries"] }),
  });
  const wrong = !(new Date(from) < new Date(until));
  return (
    <Stack>
      <Refused error={again.error} />
      <Text size="sm">{t("webhooks.againText")}</Text>
      <Group grow>
        <TextInput
          type="datetime-local"
          label={t("webhooks.from")}
          value={from}
          onChange={({ currentTarget }) => {
            setFrom(currentTarget.value);
          }}
        />
        <TextInput
          type="datetime-local"
          label={t("webhooks.until")}
          value={until}
          error={wrong ? t("webhooks.untilWrong") : null}
          onChange={({ currentTarget }) => {
            setUntil(currentTarget.value);
          }}
        />
      </Group>
      <Switch
        label={t("webhooks.failedOnly")}
        checked={failedOnly}
        onChange={({ currentTarget }) => {
          setFailedOnly(currentTarget.checked);
        }}
      />
      {again.data !== undefined && (
        <Text size="sm" role="status">
          {t("webhooks.sentAgain", { count: again.data.count })}
        </Text>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.close")}
        </Button>
        <Button
          disabled={wrong}
          loading={again.isPending}
          onClick={() => {
            again.mutate();
          }}
        >
          {t("webhooks.again")}
        </Button>
      </Group>
    </Stack>
  );
}
