/** Where callers wait, and who takes them. */
import { ActionIcon, Button, Group, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { deleteQueue, queuesQuery } from "@/api/queues";
import { sessionQuery } from "@/api/session";
import type { Queue } from "@/api/types";
import { Card } from "@/components/Card";
import { Confirm } from "@/components/Confirm";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { IconEye, IconPlus, IconSettings, IconStack2, IconTrash } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { isAtLeast } from "@/lib/roles";

import { QueueDialog } from "./QueueDialog";
import { memberKey } from "./queueForm";
import { useMembers } from "./useMembers";

export function QueuesPanel() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data: me } = useQuery(sessionQuery);
  const writes = me ? isAtLeast(me.role, "admin") : false;
  const queues = useQuery(queuesQuery);
  const [open, setOpen] = useState<Queue | "new" | null>(null);
  const [removing, setRemoving] = useState<Queue | null>(null);
  const remove = useMutation({
    mutationFn: deleteQueue,
    onSettled: () => queries.invalidateQueries({ queryKey: queuesQuery.queryKey }),
  });
  const columns = useColumns(writes, setOpen, setRemoving);
  return (
    <Card
      title={t("settings.queues")}
      hint={t("queueForm.hint")}
      actions={
        writes && (
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => {
              setOpen("new");
            }}
          >
            {t("queueForm.add")}
          </Button>
        )
      }
    >
      <Refused error={queues.error ?? remove.error} />
      {queues.isPending && <Loading rows={3} />}
      {queues.data?.length === 0 && (
        <EmptyState
          icon={<IconStack2 size={32} stroke={1.4} />}
          title={t("queues.none")}
          hint={t("queueForm.noneHint")}
        />
      )}
      {queues.data !== undefined && queues.data.length > 0 && (
        <DataTable label={t("settings.queues")} columns={columns} rows={queues.data} rowId={({ id }) => id} />
      )}
      <QueueDialog
        queue={open}
        readOnly={!writes}
        onClose={() => {
          setOpen(null);
        }}
      />
      <Confirm
        opened={removing !== null}
        title={t("queueForm.delete")}
        text={t("queueForm.deleteText", { name: removing?.name ?? "" })}
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

function useColumns(
  writes: boolean,
  open: (queue: Queue) => void,
  remove: (queue: Queue) => void,
): Column<Queue>[] {
  const { t } = useTranslation();
  const { nameOf } = useMembers();
  return useMemo(
    () => [
      {
        id: "name",
        header: () => t("queueForm.name"),
        cell: ({ row: { original: row } }) => (
          <>
            <Text fw={550} size="sm">
              {row.name}
            </Text>
            <Text size="xs" c="dimmed">
              {t(`queueForm.strategies.${row.settings.strategy}`)}
            </Text>
          </>
        ),
      },
      {
        id: "members",
        header: () => t("queueForm.members"),
        cell: ({ row: { original: row } }) => (
          <Text size="sm" lineClamp={2} maw={320}>
            {row.members.length === 0
              ? t("queueForm.noMembers")
              : row.members.map((member) => nameOf(memberKey(member))).join(", ")}
          </Text>
        ),
      },
      {
        id: "level",
        header: () => t("queueForm.serviceLevel"),
        cell: ({ row }) => t("queueForm.seconds", { count: row.original.settings.service_level_s }),
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
              aria-label={t(writes ? "common.editOf" : "queueForm.look", { name: row.name })}
              onClick={() => {
                open(row);
              }}
            >
              {writes ? <IconSettings size={17} /> : <IconEye size={17} />}
            </ActionIcon>
            {writes && (
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
            )}
          </Group>
        ),
      },
    ],
    [t, writes, nameOf, open, remove],
  );
}
