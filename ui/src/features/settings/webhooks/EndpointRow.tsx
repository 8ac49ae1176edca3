/** One address: how it is, and what can be done with it. */
import { Alert, Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { Webhook } from "@/api/types";
import { replaceWebhook, testWebhook, webhooksQuery } from "@/api/webhooks";
import { IconAlertTriangle } from "@/components/icons";
import { Refused } from "@/components/Refused";
import { moment } from "@/lib/format/time";

import { useFormatName } from "./useFormatName";

export type EndpointAct = "edit" | "rotate" | "delete" | "again" | "log";

interface Props {
  webhook: Webhook;
  onAct: (act: EndpointAct) => void;
}

export function EndpointRow({ webhook, onAct }: Props) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const format = useFormatName();
  const { url } = webhook;
  const name = url ?? t("webhooks.broughtAlong", { format: webhook.contract ?? t("webhooks.own") });
  const test = useMutation({
    mutationFn: () => testWebhook(webhook.id),
    onSuccess: () => {
      onAct("log");
      return queries.invalidateQueries({ queryKey: ["webhook-deliveries"] });
    },
  });
  const toggle = useMutation({
    mutationFn: (enabled: boolean) =>
      replaceWebhook(webhook.id, {
        url: url ?? "",
        ...(webhook.contract == null ? {} : { contract: webhook.contract }),
        description: webhook.description,
        topics: webhook.topics,
        enabled,
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: webhooksQuery.queryKey }),
  });
  const act = (kind: EndpointAct, label: string, color?: string) => (
    <Button
      size="compact-sm"
      variant={color === undefined ? "default" : "outline"}
      {...(color === undefined ? {} : { color })}
      aria-label={t("webhooks.actOf", { act: label, name })}
      onClick={() => {
        onAct(kind);
      }}
    >
      {label}
    </Button>
  );
  return (
    <Paper withBorder p="sm" radius="sm" role="group" aria-label={name}>
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <div style={{ minWidth: 0 }}>
            <Text fw={550} size="sm" style={{ overflowWrap: "anywhere" }}>
              {name}
            </Text>
            <Text size="xs" c="dimmed">
              {[
                format(webhook.contract),
                url === null
                  ? null
                  : webhook.topics.length === 0
                    ? t("webhooks.everything")
                    : webhook.topics.join(", "),
                webhook.description,
              ]
                .filter(Boolean)
                .join(" · ")}
            </Text>
          </div>
          <Badge variant="default" tt="none">
            {t(webhook.enabled ? "webhooks.on" : "webhooks.off")}
          </Badge>
        </Group>
        {webhook.disabled_reason != null && (
          <Alert
            color="red"
            variant="light"
            role="status"
            icon={<IconAlertTriangle size={18} />}
            styles={{ message: { color: "var(--ink)" } }}
          >
            {webhook.disabled_reason === "gone" ? t("webhooks.gone") : t("webhooks.failed")}
          </Alert>
        )}
        {webhook.enabled && webhook.failing_since != null && (
          <Text size="xs">
            {t("webhooks.failingSince", { when: moment(webhook.failing_since, i18n.language) })}
          </Text>
        )}
        {webhook.old_secret_until != null && (
          <Text size="xs">
            {t("webhooks.oldSecret", { when: moment(webhook.old_secret_until, i18n.language) })}
          </Text>
        )}
        <Refused error={test.error ?? toggle.error} />
        <Group gap="xs">
          {url !== null && (
            <>
              <Button
                size="compact-sm"
                variant="default"
                disabled={!webhook.enabled}
                loading={test.isPending}
                aria-label={t("webhooks.actOf", { act: t("webhooks.test"), name })}
                onClick={() => {
                  test.mutate();
                }}
              >
                {t("webhooks.test")}
              </Button>
              {act("edit", t("webhooks.edit"))}
              <Button
                size="compact-sm"
                variant="default"
                loading={toggle.isPending}
                aria-label={t("webhooks.actOf", {
                  act: t(webhook.enabled ? "webhooks.switchOff" : "webhooks.switchOn"),
                  name,
                })}
                onClick={() => {
                  toggle.mutate(!webhook.enabled);
                }}
              >
                {t(webhook.enabled ? "webhooks.switchOff" : "webhooks.switchOn")}
              </Button>
            </>
          )}
          {act("rotate", t("webhooks.rotate"))}
          {act("log", t("webhooks.log"))}
          {webhook.enabled && act("again", t("webhooks.againRange"))}
          {url !== null && act("delete", t("webhooks.delete"), "var(--bad)")}
        </Group>
      </Stack>
    </Paper>
  );
}
