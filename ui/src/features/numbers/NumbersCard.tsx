/** Our numbers and where their calls go. */
import { ActionIcon, Button, Group, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { assistantsQuery } from "@/api/assistants";
import { deleteNumber, numbersQuery, trunksQuery } from "@/api/lines";
import { queuesQuery } from "@/api/queues";
import { sandboxQuery } from "@/api/sandbox";
import type { OurNumber } from "@/api/types";
import { Card } from "@/components/Card";
import { Confirm } from "@/components/Confirm";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { IconPhoneIncoming, IconPlus, IconSettings, IconTrash } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { showNumber } from "@/lib/format/number";
import { openDialog } from "@/lib/opener";

import { NumberDialog } from "./NumberDialog";

export function NumbersCard() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const numbers = useQuery(numbersQuery);
  const [editing, setEditing] = useState<OurNumber | "new" | null>(null);
  const [removing, setRemoving] = useState<OurNumber | null>(null);
  const remove = useMutation({
    mutationFn: deleteNumber,
    onSettled: () => queries.invalidateQueries({ queryKey: numbersQuery.queryKey }),
  });
  const columns = useColumns(setEditing, setRemoving);
  return (
    <Card
      title={t("numbers.title")}
      hint={t("numbers.hint")}
      actions={
        <Button
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => {
            setEditing("new");
          }}
        >
          {t("numbers.add")}
        </Button>
      }
    >
      <Refused error={numbers.error ?? remove.error} />
      {numbers.isPending && <Loading rows={3} />}
      {numbers.data?.length === 0 && (
        <EmptyState
          icon={<IconPhoneIncoming size={32} stroke={1.4} />}
          title={t("numbers.none")}
          hint={t("numbers.noneHint")}
        />
      )}
      {numbers.data !== undefined && numbers.data.length > 0 && (
        <DataTable label={t("numbers.title")} columns={columns} rows={numbers.data} rowId={({ id }) => id} />
      )}
      <NumberDialog
        number={editing}
        onClose={() => {
          setEditing(null);
        }}
      />
      <Confirm
        opened={removing !== null}
        title={t("numbers.delete")}
        text={t("numbers.deleteText", { number: showNumber(removing?.number ?? "") })}
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
  edit: (number: OurNumber) => void,
  remove: (number: OurNumber) => void,
): Column<OurNumber>[] {
  const { t } = useTranslation();
  const { data: assistants } = useQuery(assistantsQuery);
  const { data: trunks } = useQuery(trunksQuery);
  const { data: queues } = useQuery(queuesQuery);
  const { data: sandbox } = useQuery(sandboxQuery);
  return useMemo(() => {
    const routed = (route: OurNumber["route"]) => {
      if (route === null) return t("numbers.unrouted");
      if (route.kind === "person") return t("numbers.person", { name: route.user });
      if (route.kind === "queue") return queues?.find(({ id }) => id === route.queue)?.name ?? route.queue;
      return assistants?.find(({ id }) => id === route.assistant)?.name ?? route.assistant;
    };
    return [
      {
        id: "number",
        header: () => t("numbers.number"),
        cell: ({ row: { original: row } }) => (
          <>
            <Text fw={550} size="sm">
              {showNumber(row.number)}
            </Text>
            <Text size="xs" c="dimmed">
              {row.label}
            </Text>
          </>
        ),
      },
      { id: "route", header: () => t("numbers.route"), cell: ({ row }) => routed(row.original.route) },
      {
        id: "trunk",
        header: () => t("numbers.trunk"),
        cell: ({ row }) => trunks?.find(({ id }) => id === row.original.trunk)?.name ?? row.original.trunk,
      },
      {
        id: "acts",
        header: () => <span className="visually-hidden">{t("common.actions")}</span>,
        cell: ({ row: { original: row } }) => (
          <Group gap={4} justify="flex-end" wrap="nowrap">
            {sandbox && (
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => {
                  openDialog({ kind: "callIn", to: row.number });
                }}
              >
                {t("numbers.simulate")}
              </Button>
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              c="var(--ink-2)"
              aria-label={t("common.editOf", { name: row.number })}
              onClick={() => {
                edit(row);
              }}
            >
              <IconSettings size={17} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="var(--bad)"
              aria-label={t("common.deleteOf", { name: row.number })}
              onClick={() => {
                remove(row);
              }}
            >
              <IconTrash size={17} />
            </ActionIcon>
          </Group>
        ),
      },
    ];
  }, [t, assistants, queues, trunks, sandbox, edit, remove]);
}
