/** All assistants. */
import { Badge, Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { assistantsQuery } from "@/api/assistants";
import type { Assistant } from "@/api/types";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { IconPhonePlus, IconPlus, IconRobot } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Refused } from "@/components/Refused";
import { moment } from "@/lib/format/time";
import { openDialog } from "@/lib/opener";

export function AssistantsScreen() {
  const { t } = useTranslation();
  const assistants = useQuery(assistantsQuery);
  const columns = useColumns();
  const add = (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      renderRoot={(props) => <Link to="/assistants/$id" params={{ id: "new" }} {...props} />}
    >
      {t("assistants.new")}
    </Button>
  );
  return (
    <Page title={t("nav.assistants")} actions={add}>
      {assistants.isPending && <Loading />}
      {assistants.isError && <Refused error={assistants.error} retry={() => void assistants.refetch()} />}
      {assistants.data?.length === 0 && (
        <EmptyState
          icon={<IconRobot size={34} stroke={1.4} />}
          title={t("assistants.none")}
          hint={t("assistants.noneHint")}
        />
      )}
      {assistants.data !== undefined && assistants.data.length > 0 && (
        <DataTable
          label={t("nav.assistants")}
          columns={columns}
          rows={assistants.data}
          rowId={({ id }) => id}
        />
      )}
    </Page>
  );
}

function useColumns(): Column<Assistant>[] {
  const { t, i18n } = useTranslation();
  return useMemo(
    () => [
      {
        id: "name",
        header: () => t("assistants.name"),
        cell: ({ row: { original: row } }) => (
          <div>
            <Link
              to="/assistants/$id"
              params={{ id: row.id }}
              style={{ color: "var(--accent)", fontWeight: 550 }}
            >
              {row.name}
            </Link>
            <Text size="xs" c="dimmed" lineClamp={1} maw={420}>
              {row.settings.description || row.code}
            </Text>
          </div>
        ),
      },
      {
        id: "state",
        header: () => t("assistants.state"),
        cell: ({ row: { original: row } }) => (
          <Badge
            color={row.enabled ? "teal.9" : "gray"}
            variant="outline"
            c={row.enabled ? "var(--person)" : "var(--ink-2)"}
          >
            {t(row.enabled ? "assistants.on" : "assistants.off")}
          </Badge>
        ),
      },
      {
        id: "language",
        header: () => t("assistants.language"),
        cell: ({ row }) => row.original.settings.language,
      },
      {
        id: "model",
        header: () => t("assistants.thinks"),
        cell: ({ row }) =>
          [row.original.settings.speech.model_provider, row.original.settings.speech.model]
            .filter((part) => part !== "")
            .join(" · "),
      },
      {
        id: "changed",
        header: () => t("assistants.changed"),
        cell: ({ row }) => moment(row.original.updated_at, i18n.language),
      },
      {
        id: "test",
        header: () => <span className="visually-hidden">{t("floor.testCall")}</span>,
        cell: ({ row: { original: row } }) => (
          <Button
            size="compact-sm"
            variant="default"
            disabled={!row.enabled}
            leftSection={<IconPhonePlus size={15} aria-hidden />}
            aria-label={t("assistants.testOf", { name: row.name })}
            onClick={() => {
              openDialog({ kind: "place", assistant: row.id });
            }}
          >
            {t("floor.testCall")}
          </Button>
        ),
      },
    ],
    [t, i18n.language],
  );
}
