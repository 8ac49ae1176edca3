/** Makes or changes a webhook; a new one's secret is shown this once. */
import { Button, Group, Modal, Select, Stack, Switch, TagsInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Webhook, WebhookWrite } from "@/api/types";
import { createWebhook, replaceWebhook, webhooksQuery } from "@/api/webhooks";
import { Refused } from "@/components/Refused";
import { SecretOnce } from "@/components/SecretOnce";

import { useFormatName } from "./useFormatName";

const OWN = "own";
/** Those that are told at registered addresses. */
const FORMATS = ["sauti"] as const;
/** Every other one is told, too; these are the usual wishes. */
const TOPICS = ["call.completed", "call.failed", "payment.promised"];

interface Props {
  opened: boolean;
  /** `null`: a new one. */
  webhook: Webhook | null;
  onClose: () => void;
}

export function WebhookDialog({ opened, webhook, onClose }: Props) {
  const { t } = useTranslation();
  const title = t(webhook === null ? "webhooks.add" : "webhooks.change");
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeOnClickOutside={false}>
      {opened && <WebhookForm webhook={webhook} onClose={onClose} />}
    </Modal>
  );
}

function WebhookForm({ webhook, onClose }: { webhook: Webhook | null; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const format = useFormatName();
  const [secret, setSecret] = useState<string | null>(null);
  const form = useForm({
    initialValues: {
      url: webhook?.url ?? "",
      contract: webhook?.contract ?? OWN,
      description: webhook?.description ?? "",
      topics: webhook?.topics ?? [],
      enabled: webhook?.enabled ?? true,
    },
    validate: { url: (url) => (/^https?:\/\/[^\s/]+/.test(url.trim()) ? null : t("webhooks.urlWrong")) },
  });
  const save = useMutation({
    mutationFn: async (body: WebhookWrite) => {
      if (webhook === null) setSecret((await createWebhook(body)).secret);
      else await replaceWebhook(webhook.id, body);
    },
    onSuccess: () => {
      if (webhook !== null) onClose();
      return queries.invalidateQueries({ queryKey: webhooksQuery.queryKey });
    },
  });
  if (secret !== null)
    return <SecretOnce secret={secret} hint={t("webhooks.secretHint")} onClose={onClose} />;
  return (
    <form
      onSubmit={form.onSubmit(({ url, contract, ...rest }) => {
        const published = FORMATS.find((one) => one === contract) ?? webhook?.contract;
        save.mutate({ ...rest, url: url.trim(), ...(published == null ? {} : { contract: published }) });
      })}
      noValidate
    >
      <Stack>
        <Refused error={save.error} />
        <TextInput
          data-autofocus
          required
          label={t("webhooks.url")}
          description={t("webhooks.urlHint")}
          placeholder={t("webhooks.urlExample")}
          {...form.getInputProps("url")}
        />
        <Select
          label={t("webhooks.format")}
          description={t("webhooks.formatHint")}
          allowDeselect={false}
          disabled={webhook !== null}
          data={[
            { value: OWN, label: format(null) },
            ...[...new Set([...FORMATS, ...(webhook?.contract == null ? [] : [webhook.contract])])].map(
              (one) => ({
                value: one,
                label: format(one),
              }),
            ),
          ]}
          {...form.getInputProps("contract")}
        />
        <TagsInput
          label={t("webhooks.topics")}
          description={t("webhooks.topicsHint")}
          placeholder={form.values.topics.length === 0 ? t("webhooks.everything") : ""}
          data={TOPICS}
          {...form.getInputProps("topics")}
        />
        <TextInput label={t("webhooks.description")} maxLength={200} {...form.getInputProps("description")} />
        <Switch label={t("webhooks.enabled")} {...form.getInputProps("enabled", { type: "checkbox" })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t(webhook === null ? "webhooks.make" : "common.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
