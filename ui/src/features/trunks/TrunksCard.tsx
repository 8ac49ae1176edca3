/** The trunks with their live state. */
import { ActionIcon, Button, Group, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { deleteTrunk, trunksQuery } from "@/api/lines";
import type { Trunk } from "@/api/types";
import { Card } from "@/components/Card";
import { Confirm } from "@/components/Confirm";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { IconPlus, IconRoute, IconSettings, IconTrash } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { useLive } from "@/lib/live/store";

import { TrunkDialog } from "./TrunkDialog";
import { TrunkStateBadge } from "./TrunkStateBadge";

export function TrunksCard() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const trunks = useQuery(trunksQuery);
  const states = useLive((state) => state.trunks);
  const [editing, setEditing] = useState<Trunk | "new" | null>(null);
  const [removing, setRemoving] = useState<Trunk | null>(null);
  const remove = useMutation({
    mutationFn: deleteTrunk,
    onSettled: () => queries.invalidateQueries({ queryKey: trunksQuery.queryKey }),
  });
  const rows = useMemo(
    () => trunks.data?.map((trunk) => ({ ...trunk, state: states.get(trunk.id) ?? trunk.state })) ?? [],
    [trunks.data, states],
  );
  const columns = useColumns(setEditing, setRemoving);
  return (
    <Card
      title={t("trunks.title")}
      hint={t("trunks.hint")}
      actions={
        <Button
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => {
            setEditing("new");
          }}
        >
          {t("trunks.add")}
        </Button>
      }
    >
      <Refused error={trunks.error ?? remove.error} />
      {trunks.isPending && <Loading rows={3} />}
      {trunks.data?.length === 0 && (
        <EmptyState
          icon={<IconRoute size={32} stroke={1.4} />}
          title={t("trunks.none")}
          hint={t("trunks.noneHint")}
        />
      )}
      {rows.length > 0 && (
        <DataTable label={t("trunks.title")} columns={columns} rows={rows} rowId={({ id }) => id} />
      )}
      <TrunkDialog
        trunk={editing}
        onClose={() => {
          setEditing(null);
        }}
      />
      <Confirm
        opened={removing !== null}
        title={t("trunks.delete")}
        text={t("trunks.deleteText", { name: removing?.name ?? "" })}
        action={t("common.delete")}
        onConfirm={() => {
          if (removing !== null) remove.mutate(removing.id);
        }}
        onClose={() => {
          setRemoving(null);
        }}
      />
    </Card>
  );
}

function useColumns(edit: (trunk: Trunk) => void, remove: (trunk: Trunk) => void): Column<Trunk>[] {
  const { t } = useTranslation();
  return useMemo(
    () => [
      {
        id: "name",
        header: () => t("trunks.name"),
        cell: ({ row: { original: row } }) => (
          <>
            <Text fw={550} size="sm">
              {row.name}
            </Text>
            <Text size="xs" c="dimmed">
              {row.transport}:{row.host}
            </Text>
          </>
        ),
      },
      {
        id: "state",
        header: () => t("trunks.state"),
        cell: ({ row }) => <TrunkStateBadge state={row.original.state} />,
      },
      {
        id: "limits",
        header: () => t("trunks.limits"),
        cell: ({ row: { original: row } }) =>
          t("trunks.limitsText", { cps: row.max_cps, channels: row.max_channels }),
      },
      {
        id: "acts",
        header: () => <span className="visually-hidden">{t("common.actions")}</span>,
        cell: ({ row: { original: row } }) => (
          <Group gap={4} justify="flex-end" wrap="nowrap">
            <ActionIcon
              variant="subtle"
              color="gray"
              c="var(--ink-2)"
              aria-label={t("common.editOf", { name: row.name })}
              onClick={() => {
                edit(row);
              }}
            >
              <IconSettings size={17} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="var(--bad)"
              aria-label={t("common.deleteOf", { name: row.name })}
              onClick={() => {
                remove(row);
              }}
            >
              <IconTrash size={17} />
            </ActionIcon>
          </Group>
        ),
      },
    ],
    [t, edit, remove],
  );
}
