/** Who is tried when an assistant's own voice or model fails, in which order. */
import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { fallbackQuery, saveFallback } from "@/api/providers";
import type { Provider, ProviderFallback } from "@/api/types";
import { Card } from "@/components/Card";
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";

type Part = "voices" | "models";
type Next = ProviderFallback["voices"];

export function FallbackCard({ providers }: { providers: readonly Provider[] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const stored = useQuery(fallbackQuery);
  const [draft, setDraft] = useState<ProviderFallback | null>(null);
  const save = useMutation({
    mutationFn: saveFallback,
    onSuccess: (kept) => {
      queries.setQueryData(fallbackQuery.queryKey, kept);
      setDraft(null);
    },
  });
  const order = draft ?? stored.data;
  const known = (kind: Provider["kind"]) =>
    providers.filter((one) => one.kind === kind && one.name !== "scripted").map(({ name }) => name);
  return (
    <Card title={t("fallback.title")} hint={t("fallback.hint")}>
      <Refused error={stored.error ?? save.error} />
      {order === undefined ? (
        stored.isPending && <Loading rows={2} />
      ) : (
        <>
          {(["voices", "models"] as const).map((part) => (
            <Order
              key={part}
              part={part}
              next={order[part]}
              known={known(part === "voices" ? "voice" : "model")}
              onChange={(next) => {
                setDraft({ ...order, [part]: next });
              }}
            />
          ))}
          <Group justify="flex-end">
            {draft !== null && (
              <Button
                variant="default"
                onClick={() => {
                  setDraft(null);
                }}
              >
                {t("common.cancel")}
              </Button>
            )}
            <Button
              disabled={draft === null}
              loading={save.isPending}
              onClick={() => {
                if (draft !== null) save.mutate(draft);
              }}
            >
              {t("fallback.save")}
            </Button>
          </Group>
        </>
      )}
    </Card>
  );
}

interface OrderProps {
  part: Part;
  next: Next;
  known: readonly string[];
  onChange: (next: Next) => void;
}

function Order({ part, next, known, onChange }: OrderProps) {
  const { t } = useTranslation();
  const put = (index: number, change: Partial<Next[number]>) => {
    onChange(next.map((one, at) => (at === index ? { ...one, ...change } : one)));
  };
  const swap = (index: number) => {
    onChange(
      next.map((one, at) => (at === index ? next[at + 1] : at === index + 1 ? next[at - 1] : one) ?? one),
    );
  };
  const first = known[0];
  return (
    <Stack gap="xs" component="section" aria-label={t(`fallback.${part}`)}>
      <Text fw={550} size="sm">
        {t(`fallback.${part}`)}
      </Text>
      {next.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("fallback.none")}
        </Text>
      )}
      {next.map((one, index) => (
        // The order is what is edited, so a place is what a row is.
        <Group key={index} gap="xs" wrap="nowrap">
          <Text size="sm" c="dimmed" w={18}>
            {index + 1}.
          </Text>
          <Select
            style={{ flex: 1 }}
            aria-label={t("fallback.provider", { place: index + 1 })}
            allowDeselect={false}
            data={known.includes(one.provider) ? known : [...known, one.provider]}
            value={one.provider}
            onChange={(provider) => {
              if (provider !== null) put(index, { provider });
            }}
          />
          <TextInput
            style={{ flex: 1 }}
            aria-label={t(`fallback.option.${part}`, { place: index + 1 })}
            placeholder={t(`fallback.usual.${part}`)}
            value={one.option}
            onChange={({ currentTarget }) => {
              put(index, { option: currentTarget.value });
            }}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            c="var(--ink-2)"
            disabled={index === 0}
            aria-label={t("fallback.up", { name: one.provider })}
            onClick={() => {
              swap(index - 1);
            }}
          >
            <IconArrowUp size={17} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            c="var(--ink-2)"
            disabled={index === next.length - 1}
            aria-label={t("fallback.down", { name: one.provider })}
            onClick={() => {
              swap(index);
            }}
          >
            <IconArrowDown size={17} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            c="var(--ink-2)"
            aria-label={t("fallback.remove", { name: one.provider })}
            onClick={() => {
              onChange(next.filter((_, at) => at !== index));
            }}
          >
            <IconX size={17} />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={first === undefined || next.length >= 8}
          onClick={() => {
            if (first !== undefined) onChange([...next, { provider: first, option: "" }]);
          }}
        >
          {t(`fallback.add.${part}`)}
        </Button>
      </Group>
    </Stack>
  );
}
