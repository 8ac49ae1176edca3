/** The virtual list of live calls: filter, search, arrow keys. */
import { Button, Group, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { assistantsQuery } from "@/api/assistants";
import { IconPhonePlus, IconSearch } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Shortcut } from "@/components/Shortcut";
import { useKeys } from "@/lib/keys/useKeys";
import { useLive } from "@/lib/live/store";
import { openDialog } from "@/lib/opener";

import { CallRow, rowHeight } from "./CallRow";
import { chosenCalls, type Filter, type Scope, scopes } from "./filter";
import classes from "./FloorScreen.module.css";
import { NoCalls } from "./NoCalls";
import { useQueueNames } from "./useFloor";

const everything: Filter = { scope: "all", queue: null, search: "" };

interface Props {
  chosen: string | undefined;
  onChoose: (id: string | undefined) => void;
}

export function CallList({ chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<Filter>(everything);
  const search = useRef<HTMLInputElement>(null);
  const calls = useLive((state) => state.calls);
  const loaded = useLive((state) => state.loaded);
  const nameOf = useAssistantNames();
  const queues = useQueueNames();
  const ids = useMemo(() => chosenCalls(calls, filter, nameOf), [calls, filter, nameOf]);
  useKeys({ search: () => search.current?.focus() });
  return (
    <div className={classes.column}>
      <div className={classes.filter}>
        <Group gap="xs" wrap="nowrap">
          <TextInput
            ref={search}
            flex={1}
            type="search"
            value={filter.search}
            onChange={({ currentTarget }) => {
              setFilter({ ...filter, search: currentTarget.value });
            }}
            placeholder={t("floor.search")}
            aria-label={t("floor.search")}
            leftSection={<IconSearch size={16} aria-hidden />}
            rightSection={<Shortcut name="search" />}
          />
          <Button
            variant="default"
            px="sm"
            leftSection={<IconPhonePlus size={17} aria-hidden />}
            onClick={() => {
              openDialog({ kind: "place" });
            }}
          >
            {t("floor.testCall")}
          </Button>
        </Group>
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={t("floor.scope")}
          value={filter.scope}
          onChange={(scope) => {
            setFilter({ ...filter, scope: scope as Scope });
          }}
          data={scopes.map((scope) => ({ value: scope, label: t(`floor.scopes.${scope}`) }))}
        />
        {queues.size > 0 && (
          <Select
            size="xs"
            clearable
            aria-label={t("floor.byQueue")}
            placeholder={t("floor.allQueues")}
            clearButtonProps={{ "aria-label": t("floor.allQueues") }}
            data={[...queues].map(([value, label]) => ({ value, label }))}
            value={filter.queue}
            onChange={(queue) => {
              setFilter({ ...filter, queue });
            }}
          />
        )}
      </div>
      {!loaded ? (
        <Loading rows={8} height={48} />
      ) : ids.length === 0 ? (
        <NoCalls
          filtered={calls.size > 0}
          onClear={() => {
            setFilter(everything);
          }}
        />
      ) : (
        <Rows ids={ids} chosen={chosen} onChoose={onChoose} nameOf={nameOf} />
      )}
    </div>
  );
}

type RowsProps = Props & { ids: readonly string[]; nameOf: (id: string | null) => string };

function Rows({ ids, chosen, onChoose, nameOf }: RowsProps) {
  const { t } = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    getItemKey: (index) => ids[index] ?? index,
  });
  const move = (event: KeyboardEvent) => {
    const here = chosen === undefined ? -1 : ids.indexOf(chosen);
    const next = target(event.key, here, ids.length);
    const id = next === null ? undefined : ids[next];
    if (next === null || id === undefined) return;
    event.preventDefault();
    onChoose(id);
  };
  const rows = virtual.getVirtualItems();
  const drawn = rows.some(({ index }) => ids[index] === chosen);
  // A call opened by its address is brought into view; after that the list stays where its reader put it.
  const place = chosen === undefined ? -1 : ids.indexOf(chosen);
  const shown = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (chosen === shown.current || place < 0) return;
    shown.current = chosen;
    virtual.scrollToIndex(place);
  }, [chosen, place, virtual]);
  const choose = useCallback(
    (id: string) => {
      onChoose(id);
    },
    [onChoose],
  );
  return (
    <div
      ref={scroll}
      role="listbox"
      tabIndex={0}
      aria-label={t("floor.list", { count: ids.length })}
      aria-activedescendant={drawn && chosen !== undefined ? `row-${chosen}` : undefined}
      className={classes.scroll}
      onKeyDown={move}
    >
      <div role="presentation" className={classes.rows} style={{ height: virtual.getTotalSize() }}>
        {rows.map(({ index, start }) => {
          const id = ids[index];
          return id === undefined ? null : (
            <CallRow
              key={id}
              id={id}
              top={start}
              place={index + 1}
              count={ids.length}
              chosen={id === chosen}
              nameOf={nameOf}
              onChoose={choose}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Where a key leads in a list; `null` for keys that lead nowhere. */
export function target(key: string, here: number, length: number): number | null {
  if (key === "ArrowDown") return Math.min(length - 1, here + 1);
  if (key === "ArrowUp") return Math.max(0, here - 1);
  if (key === "PageDown") return Math.min(length - 1, here + 10);
  if (key === "PageUp") return Math.max(0, here - 10);
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  return null;
}

function useAssistantNames(): (id: string | null) => string {
  const { data } = useQuery(assistantsQuery);
  return useMemo(() => {
    const names = new Map(data?.map(({ id, name }) => [id, name]));
    return (id) => (id === null ? "" : (names.get(id) ?? id));
  }, [data]);
}
