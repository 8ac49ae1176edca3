/** Past calls: search, filter, read on as far back as there are any. */
import { Button, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { assistantsQuery } from "@/api/assistants";
import { callsQuery } from "@/api/calls";
import type { CallStatus } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { IconHistory, IconSearch } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Refused } from "@/components/Refused";
import { openDialog } from "@/lib/opener";

import { HistoryTable } from "./HistoryTable";

const statuses: CallStatus[] = [
  "in_progress",
  "completed",
  "no_answer",
  "busy",
  "declined",
  "failed",
  "cancelled",
  "interrupted",
];

export function HistoryScreen() {
  const { t } = useTranslation();
  const filter = useSearch({ from: "/history" });
  const navigate = useNavigate({ from: "/history" });
  const { data: assistants = [] } = useQuery(assistantsQuery);
  const calls = useInfiniteQuery(callsQuery(filter));
  const rows = useMemo(() => calls.data?.pages.flatMap(({ items }) => items) ?? [], [calls.data]);
  const change = (part: Partial<typeof filter>) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const search = useDebouncedCallback((text: string) => {
    change({ search: text.trim() || undefined });
  }, 250);
  const filtered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Page title={t("nav.history")}>
      <Group role="search" aria-label={t("history.filter")}>
        <TextInput
          type="search"
          w={300}
          defaultValue={filter.search}
          aria-label={t("history.search")}
          placeholder={t("history.search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          onChange={({ currentTarget }) => {
            search(currentTarget.value);
          }}
        />
        <Select
          aria-label={t("history.status")}
          placeholder={t("history.anyStatus")}
          clearable
          data={statuses.map((value) => ({ value, label: t(`status.${value}`) }))}
          value={filter.status ?? null}
          onChange={(status) => {
            change({ status: (status as CallStatus | null) ?? undefined });
          }}
        />
        <Select
          aria-label={t("history.assistant")}
          placeholder={t("history.anyAssistant")}
          clearable
          searchable
          data={assistants.map(({ id, name }) => ({ value: id, label: name }))}
          value={filter.assistant ?? null}
          onChange={(assistant) => {
            change({ assistant: assistant ?? undefined });
          }}
        />
      </Group>
      {calls.isError && <Refused error={calls.error} retry={() => void calls.refetch()} />}
      {calls.isPending && <Loading rows={10} />}
      {calls.isSuccess && rows.length === 0 && (
        <EmptyState
          icon={<IconHistory size={34} stroke={1.4} />}
          title={t(filtered ? "history.noMatch" : "history.none")}
          hint={t(filtered ? "history.noMatchHint" : "history.noneHint")}
        >
          {!filtered && (
            <Button
              onClick={() => {
                openDialog({ kind: "place" });
              }}
            >
              {t("floor.placeTest")}
            </Button>
          )}
        </EmptyState>
      )}
      {rows.length > 0 && (
        <HistoryTable
          rows={rows}
          assistants={assistants}
          more={calls.hasNextPage}
          loading={calls.isFetchingNextPage}
          onMore={() => void calls.fetchNextPage()}
        />
      )}
    </Page>
  );
}
