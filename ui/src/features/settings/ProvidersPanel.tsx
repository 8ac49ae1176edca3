/** Who hears, speaks and thinks for the assistants. */
import { ActionIcon, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { checkProvider, deleteProvider, providersQuery } from "@/api/providers";
import type { Provider, ProviderCheck } from "@/api/types";
import { Card } from "@/components/Card";
import { Confirm } from "@/components/Confirm";
import { type Column, DataTable } from "@/components/DataTable";
import { IconPlus, IconSettings, IconTrash } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";

import { CheckState } from "./CheckState";
import { FallbackCard } from "./FallbackCard";
import { ProviderDialog } from "./ProviderDialog";

export function ProvidersPanel() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const providers = useQuery(providersQuery);
  const [editing, setEditing] = useState<Provider | "new" | null>(null);
  const [deleting, setDeleting] = useState<Provider | null>(null);
  // Those that are not changed here have no row to keep their check in.
  const [checks, setChecks] = useState<Readonly<Record<string, ProviderCheck>>>({});
  const refetch = () => queries.invalidateQueries({ queryKey: providersQuery.queryKey });
  const check = useMutation({
    mutationFn: checkProvider,
    onSuccess: (result, id) => {
      setChecks((known) => ({ ...known, [id]: result }));
    },
  });
  const remove = useMutation({ mutationFn: deleteProvider, onSettled: refetch });
  const columns = useColumns(checks, check.isPending ? check.variables : null, {
    check: check.mutate,
    edit: setEditing,
    remove: setDeleting,
  });
  return (
    <Stack>
      <Card
        title={t("settings.providers")}
        hint={t("providers.hint")}
        actions={
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => {
              setEditing("new");
            }}
          >
            {t("providers.add")}
          </Button>
        }
      >
        <Refused error={providers.error ?? check.error ?? remove.error} />
        {providers.isPending && <Loading rows={4} />}
        {providers.data !== undefined && (
          <DataTable
            label={t("settings.providers")}
            columns={columns}
            rows={providers.data}
            rowId={({ id }) => id}
          />
        )}
        <div role="status" className="visually-hidden">
          {check.data !== undefined && (
            <CheckedAloud check={check.data} name={nameOf(providers.data, check.variables)} />
          )}
        </div>
      </Card>
      <FallbackCard providers={providers.data ?? []} />
      <ProviderDialog
        provider={editing}
        onClose={() => {
          setEditing(null);
        }}
      />
      <Confirm
        opened={deleting !== null}
        title={t("providers.delete")}
        text={t("providers.deleteText", { name: deleting?.name ?? "" })}
        action={t("providers.delete")}
        onConfirm={() => {
          if (deleting !== null) remove.mutate(deleting.id);
        }}
        onClose={() => {
          setDeleting(null);
        }}
      />
    </Stack>
  );
}

const nameOf = (providers: readonly Provider[] | undefined, id: string | undefined): string =>
  providers?.find((provider) => provider.id === id)?.name ?? "";

function CheckedAloud({ check, name }: { check: ProviderCheck; name: string }) {
  const { t } = useTranslation();
  const said = check.ok ? t("providers.answers", { ms: check.latency_ms }) : check.message;
  return <>{`${name}: ${said}`}</>;
}

interface Acts {
  check: (id: string) => void;
  edit: (provider: Provider) => void;
  remove: (provider: Provider) => void;
}

function useColumns(
  checks: Readonly<Record<string, ProviderCheck>>,
  checking: string | null,
  { check, edit, remove }: Acts,
): Column<Provider>[] {
  const { t } = useTranslation();
  return useMemo(
    () => [
      {
        id: "name",
        header: () => t("providers.name"),
        cell: ({ row: { original: row } }) => (
          <>
            <Text fw={550} size="sm">
              {row.name}
            </Text>
            <Text size="xs" c="dimmed">
              {t(`providers.kinds.${row.kind}`)} · {t(`providers.vendors.${row.vendor}`, row.vendor)}
            </Text>
            {row.base_url !== null && (
              <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                {row.base_url}
              </Text>
            )}
          </>
        ),
      },
      {
        id: "key",
        header: () => t("providers.key"),
        cell: ({ row: { original: row } }) =>
          row.source === "built_in" ? (
            <Badge color="gray" variant="outline" c="var(--ink-2)">
              {t("providers.builtIn")}
            </Badge>
          ) : (
            <>
              <Text size="sm" style={{ whiteSpace: "nowrap" }}>
                {row.key_ends !== null
                  ? t("providers.ends", { ends: row.key_ends })
                  : t(row.has_key ? "providers.kept" : "providers.noKey")}
              </Text>
              {row.source === "file" && (
                <Text size="xs" c="dimmed">
                  {t("providers.ofFile")}
                </Text>
              )}
            </>
          ),
      },
      {
        id: "check",
        header: () => t("providers.lastCheck"),
        cell: ({ row: { original: row } }) => <CheckState check={checks[row.id] ?? row.last_check} />,
      },
      {
        id: "used",
        header: () => <span style={{ whiteSpace: "nowrap" }}>{t("providers.usedBy")}</span>,
        cell: ({ row: { original: row } }) =>
          row.used_by.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t("providers.nobody")}
            </Text>
          ) : (
            row.used_by.map(({ name }) => name).join(", ")
          ),
      },
      {
        id: "acts",
        header: () => <span className="visually-hidden">{t("common.actions")}</span>,
        cell: ({ row: { original: row } }) => (
          <Group gap={4} wrap="nowrap" justify="flex-end">
            <Button
              size="compact-sm"
              variant="default"
              loading={checking === row.id}
              aria-label={t("providers.checkOf", {
                name: row.name,
                kind: t(`providers.kinds.${row.kind}`),
              })}
              onClick={() => {
                check(row.id);
              }}
            >
              {t("providers.check")}
            </Button>
            {row.source === "console" && (
              <>
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
                  color="gray"
                  c="var(--ink-2)"
                  aria-label={t("common.deleteOf", { name: row.name })}
                  onClick={() => {
                    remove(row);
                  }}
                >
                  <IconTrash size={17} />
                </ActionIcon>
              </>
            )}
          </Group>
        ),
      },
    ],
    [t, checks, checking, check, edit, remove],
  );
}
