/** Replaces a webhook's secret; both sign until the old one expires. */
import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Webhook } from "@/api/types";
import { rotateWebhook, webhooksQuery } from "@/api/webhooks";
import { Refused } from "@/components/Refused";
import { SecretOnce } from "@/components/SecretOnce";

const OVERLAPS = { "0": "now", "3600": "hour", "86400": "day", "604800": "week" } as const;

export function RotateDialog({ webhook, onClose }: { webhook: Webhook | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={webhook !== null}
      onClose={onClose}
      title={t("webhooks.rotate")}
      closeOnClickOutside={false}
    >
      {webhook !== null && <RotateForm id={webhook.id} onClose={onClose} />}
    </Modal>
  );
}

function RotateForm({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [overlap, setOverlap] = useState<string>("86400");
  const rotate = useMutation({
    mutationFn: () => rotateWebhook(id, Number(overlap)),
    onSuccess: () => queries.invalidateQueries({ queryKey: webhooksQuery.queryKey }),
  });
  if (rotate.data !== undefined) {
    return <SecretOnce secret={rotate.data.secret} hint={t("webhooks.secretHint")} onClose={onClose} />;
  }
  return (
    <Stack>
      <Refused error={rotate.error} />
      <Text size="sm">{t("webhooks.rotateText")}</Text>
      <Select
        label={t("webhooks.overlap")}
        allowDeselect={false}
        data={Object.entries(OVERLAPS).map(([value, name]) => ({
          value,
          label: t(`webhooks.overlaps.${name}`),
        }))}
        value={overlap}
        onChange={(value) => {
          setOverlap(value ?? "0");
        }}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          loading={rotate.isPending}
          onClick={() => {
            rotate.mutate();
          }}
        >
          {t("webhooks.rotate")}
        </Button>
      </Group>
    </Stack>
  );
}
