/** Webhooks: whom we tell what happens, with what secret, and what came of it. */
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Webhook } from "@/api/types";
import { deleteWebhook, webhooksQuery } from "@/api/webhooks";
import { Card } from "@/components/Card";
import { Confirm } from "@/components/Confirm";
import { EmptyState } from "@/components/EmptyState";
import { IconMessage2Share, IconPlus } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";

import { DeliveriesCard } from "./DeliveriesCard";
import { EndpointRow } from "./EndpointRow";
import { RedeliverDialog } from "./RedeliverDialog";
import { RotateDialog } from "./RotateDialog";
import { WebhookDialog } from "./WebhookDialog";

type Open =
  { kind: "edit"; webhook: Webhook | null } | { kind: "rotate" | "delete" | "again"; webhook: Webhook };

export function WebhooksPanel() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const webhooks = useQuery(webhooksQuery);
  const [open, setOpen] = useState<Open | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const remove = useMutation({
    mutationFn: deleteWebhook,
    onSettled: () => queries.invalidateQueries({ queryKey: webhooksQuery.queryKey }),
  });
  const close = () => {
    setOpen(null);
  };
  return (
    <>
      <Card
        title={t("settings.webhooks")}
        hint={t("webhooks.hint")}
        actions={
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => {
              setOpen({ kind: "edit", webhook: null });
            }}
          >
            {t("webhooks.add")}
          </Button>
        }
      >
        <Refused error={webhooks.error ?? remove.error} />
        {webhooks.isPending && <Loading rows={3} />}
        {webhooks.data?.length === 0 && (
          <EmptyState
            icon={<IconMessage2Share size={32} stroke={1.4} />}
            title={t("webhooks.none")}
            hint={t("webhooks.noneHint")}
          />
        )}
        {webhooks.data?.map((webhook) => (
          <EndpointRow
            key={webhook.id}
            webhook={webhook}
            onAct={(kind) => {
              if (kind === "log") setShown(webhook.id);
              else setOpen({ kind, webhook });
            }}
          />
        ))}
      </Card>
      <DeliveriesCard webhooks={webhooks.data ?? []} webhook={shown} onWebhook={setShown} />
      <WebhookDialog
        opened={open?.kind === "edit"}
        webhook={open?.kind === "edit" ? open.webhook : null}
        onClose={close}
      />
      <RotateDialog webhook={open?.kind === "rotate" ? open.webhook : null} onClose={close} />
      <RedeliverDialog webhook={open?.kind === "again" ? open.webhook : null} onClose={close} />
      <Confirm
        opened={open?.kind === "delete"}
        title={t("webhooks.delete")}
        text={t("webhooks.deleteText", { url: open?.webhook?.url ?? "" })}
        action={t("webhooks.delete")}
        onConfirm={() => {
          if (open?.kind === "delete") remove.mutate(open.webhook.id);
        }}
        onClose={close}
      />
    </>
  );
}
