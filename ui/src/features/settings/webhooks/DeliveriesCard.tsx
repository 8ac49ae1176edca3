/** The log: what was sent, what came of it, and sending it again. */
import { Button, Group, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { DeliveryState, Webhook, WebhookDelivery } from "@/api/types";
import { deliveriesQuery } from "@/api/webhooks";
import { Card } from "@/components/Card";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { IconHistory } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { moment } from "@/lib/format/time";

import { DeliveryDialog } from "./DeliveryDialog";

const ALL = "all";
const STATES = ["pending", "delivered", "failed"] as const satisfies readonly DeliveryState[];

interface Props {
  webhooks: readonly Webhook[];
  webhook: string | null;
  onWebhook: (id: string | null) => void;
}

export function DeliveriesCard({ webhooks, webhook, onWebhook }: Props) {
  const { t } = useTranslation();
  const [state, setState] = useState<DeliveryState | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const log = useInfiniteQuery(deliveriesQuery(webhook, state));
  const rows = log.data?.pages.flatMap(({ items }) => items) ?? [];
  const columns = useColumns(setChosen);
  return (
    <div style={{ marginTop: "var(--mantine-spacing-md)" }}>
      <Card
        title={t("webhooks.log")}
        hint={t("webhooks.logHint")}
        actions={
          <Group gap="xs">
            <Select
              size="xs"
              w={240}
              aria-label={t("webhooks.url")}
              allowDeselect={false}
              data={[
                { value: ALL, label: t("webhooks.allAddresses") },
                ...webhooks.map(({ id, url, contract }) => ({
                  value: id,
                  label: url ?? t("webhooks.broughtAlong", { format: contract ?? "" }),
                })),
              ]}
              value={webhook ?? ALL}
              onChange={(value) => {
                onWebhook(value === ALL ? null : value);
              }}
            />
            <Select
              size="xs"
              w={130}
              aria-label={t("webhooks.state")}
              allowDeselect={false}
              data={[
                { value: ALL, label: t("webhooks.anyState") },
                ...STATES.map((one) => ({ value: one, label: t(`webhooks.states.${one}`) })),
              ]}
              value={state ?? ALL}
              onChange={(value) => {
                setState(STATES.find((one) => one === value) ?? null);
              }}
            />
          </Group>
        }
      >
        <Refused error={log.error} />
        {log.isPending && <Loading rows={3} />}
        {log.data !== undefined && rows.length === 0 && (
          <EmptyState
            icon={<IconHistory size={32} stroke={1.4} />}
            title={t("webhooks.nothingSent")}
            hint={t("webhooks.nothingSentHint")}
          />
        )}
        {rows.length > 0 && (
          <DataTable label={t("webhooks.log")} columns={columns} rows={rows} rowId={({ id }) => id} />
        )}
        {log.hasNextPage && (
          <Group justify="center">
            <Button
              variant="default"
              loading={log.isFetchingNextPage}
              onClick={() => {
                void log.fetchNextPage();
              }}
            >
              {t("webhooks.older")}
            </Button>
          </Group>
        )}
      </Card>
      <DeliveryDialog
        id={chosen}
        onClose={() => {
          setChosen(null);
        }}
      />
    </div>
  );
}

function useColumns(choose: (id: string) => void): Column<WebhookDelivery>[] {
  const { t, i18n } = useTranslation();
  return useMemo(
    () => [
      {
        id: "at",
        header: () => t("webhooks.when"),
        cell: ({ row }) => moment(row.original.created_at, i18n.language),
      },
      { id: "topic", header: () => t("webhooks.topic"), cell: ({ row }) => row.original.topic },
      {
        id: "url",
        header: () => t("webhooks.url"),
        cell: ({ row }) => <span style={{ overflowWrap: "anywhere" }}>{row.original.url}</span>,
      },
      {
        id: "state",
        header: () => t("webhooks.state"),
        cell: ({ row: { original: row } }) =>
          row.state === "pending" && row.attempts > 0 && row.next_attempt_at != null
            ? t("webhooks.nextTry", { when: moment(row.next_attempt_at, i18n.language) })
            : t(`webhooks.states.${row.state}`),
      },
      { id: "tries", header: () => t("webhooks.tries"), cell: ({ row }) => row.original.attempts },
      {
        id: "acts",
        header: () => <span className="visually-hidden">{t("common.actions")}</span>,
        cell: ({ row: { original: row } }) => (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t("webhooks.detailsOf", {
              topic: row.topic,
              when: moment(row.created_at, i18n.language),
            })}
            onClick={() => {
              choose(row.id);
            }}
          >
            {t("webhooks.details")}
          </Button>
        ),
      },
    ],
    [t, i18n.language, choose],
  );
}
