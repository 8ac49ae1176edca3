/** Programs' keys: made once, shown once, revoked at once. */
import { Button, Code } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { keysQuery, revokeKey } from "@/api/people";
import type { Key } from "@/api/types";
import { Card } from "@/components/Card";
import { Confirm } from "@/components/Confirm";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { IconKey, IconPlus } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { moment } from "@/lib/format/time";

import { KeyDialog } from "./KeyDialog";

export function KeysPanel() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const keys = useQuery(keysQuery);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const revoke = useMutation({
    mutationFn: revokeKey,
    onSettled: () => queries.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
  const columns = useColumns(setRevoking);
  return (
    <Card
      title={t("settings.keys")}
      hint={t("apiKeys.hint")}
      actions={
        <Button
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => {
            setMaking(true);
          }}
        >
          {t("apiKeys.add")}
        </Button>
      }
    >
      <Refused error={keys.error ?? revoke.error} />
      {keys.isPending && <Loading rows={3} />}
      {keys.data?.length === 0 && (
        <EmptyState
          icon={<IconKey size={32} stroke={1.4} />}
          title={t("apiKeys.none")}
          hint={t("apiKeys.noneHint")}
        />
      )}
      {keys.data !== undefined && keys.data.length > 0 && (
        <DataTable label={t("settings.keys")} columns={columns} rows={keys.data} rowId={({ id }) => id} />
      )}
      <KeyDialog
        opened={making}
        onClose={() => {
          setMaking(false);
        }}
      />
      <Confirm
        opened={revoking !== null}
        title={t("apiKeys.revoke")}
        text={t("apiKeys.revokeText", { name: revoking?.name ?? "" })}
        action={t("apiKeys.revoke")}
        onConfirm={() => {
          if (revoking !== null) revoke.mutate(revoking.id);
        }}
        onClose={() => {
          setRevoking(null);
        }}
      />
    </Card>
  );
}

function useColumns(revoke: (key: Key) => void): Column<Key>[] {
  const { t, i18n } = useTranslation();
  return useMemo(
    () => [
      { id: "name", header: () => t("apiKeys.name"), cell: ({ row }) => row.original.name },
      {
        id: "prefix",
        header: () => t("apiKeys.begins"),
        cell: ({ row }) => <Code>{row.original.shown_prefix}</Code>,
      },
      { id: "role", header: () => t("people.role"), cell: ({ row }) => t(`role.${row.original.role}`) },
      {
        id: "contract",
        header: () => t("apiKeys.contract"),
        cell: ({ row: { original: row } }) =>
          row.contract == null ? t("apiKeys.own") : t(`apiKeys.contracts.${row.contract}`),
      },
      {
        id: "used",
        header: () => t("apiKeys.lastUsed"),
        cell: ({ row: { original: row } }) =>
          row.last_used_at === null ? t("apiKeys.never") : moment(row.last_used_at, i18n.language),
      },
      {
        id: "acts",
        header: () => <span className="visually-hidden">{t("common.actions")}</span>,
        cell: ({ row: { original: row } }) =>
          row.revoked_at === null ? (
            <Button
              size="compact-sm"
              variant="outline"
              color="var(--bad)"
              aria-label={t("apiKeys.revokeOf", { name: row.name })}
              onClick={() => {
                revoke(row);
              }}
            >
              {t("apiKeys.revoke")}
            </Button>
          ) : (
            t("apiKeys.revoked", { when: moment(row.revoked_at, i18n.language) })
          ),
      },
    ],
    [t, i18n.language, revoke],
  );
}
