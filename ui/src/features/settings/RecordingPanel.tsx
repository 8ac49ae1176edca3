/** Which calls are recorded, and what happens when a card number is said. */
import { ActionIcon, Group, NumberInput, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { recordingRulesQuery, saveRecordingRules } from "@/api/alerts";
import { assistantsQuery } from "@/api/assistants";
import { numbersQuery } from "@/api/lines";
import { queuesQuery } from "@/api/queues";
import type { RecordingPolicy, RecordingRules } from "@/api/types";
import { Card } from "@/components/Card";
import { IconX } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";

import { SaveDraft } from "./SaveDraft";

const kinds = ["assistants", "numbers", "queues"] as const;
type Kind = (typeof kinds)[number];
const policies: readonly RecordingPolicy[] = ["all", "on_demand", "never"];

export function RecordingPanel() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const stored = useQuery(recordingRulesQuery);
  const [draft, setDraft] = useState<RecordingRules | null>(null);
  const save = useMutation({
    mutationFn: saveRecordingRules,
    onSuccess: (kept) => {
      queries.setQueryData(recordingRulesQuery.queryKey, kept);
      setDraft(null);
    },
  });
  const rules = draft ?? stored.data;
  return (
    <Card title={t("settings.recording")} hint={t("recordingRules.hint")}>
      <Refused error={stored.error ?? save.error} />
      {rules === undefined ? (
        stored.isPending && <Loading rows={3} />
      ) : (
        <>
          <Text fw={550} size="sm">
            {t("recordingRules.default")}
          </Text>
          <Policy
            label={t("recordingRules.default")}
            value={rules.default}
            onChange={(value) => {
              setDraft({ ...rules, default: value });
            }}
          />
          <Text size="xs" c="dimmed">
            {t(`recordingRules.policyHints.${rules.default}`)}
          </Text>
          <Exceptions rules={rules} onChange={setDraft} />
          <Text fw={550} size="sm">
            {t("recordingRules.cards")}
          </Text>
          <Text size="xs" c="dimmed">
            {t("recordingRules.cardsHint")}
          </Text>
          <NumberInput
            w={140}
            label={t("recordingRules.pause")}
            suffix=" s"
            min={5}
            max={180}
            allowDecimal={false}
            value={rules.card_pause_s ?? 15}
            onChange={(seconds) => {
              if (typeof seconds === "number") setDraft({ ...rules, card_pause_s: seconds });
            }}
          />
          <SaveDraft
            changed={draft !== null}
            saving={save.isPending}
            onCancel={() => {
              setDraft(null);
            }}
            onSave={() => {
              save.mutate(rules);
            }}
          />
        </>
      )}
    </Card>
  );
}

interface PolicyProps {
  label: string;
  value: RecordingPolicy;
  onChange: (value: RecordingPolicy) => void;
}

function Policy({ label, value, onChange }: PolicyProps) {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      aria-label={label}
      value={value}
      onChange={(next) => {
        onChange(next as RecordingPolicy);
      }}
      data={policies.map((policy) => ({ value: policy, label: t(`recordingRules.policies.${policy}`) }))}
    />
  );
}

interface ExceptionsProps {
  rules: RecordingRules;
  onChange: (rules: RecordingRules) => void;
}

function Exceptions({ rules, onChange }: ExceptionsProps) {
  const { t } = useTranslation();
  const named = useNames();
  const nameOf = (kind: Kind, id: string) => named[kind].find((one) => one.id === id)?.name ?? id;
  const rows = kinds.flatMap((kind) =>
    Object.entries(rules[kind] ?? {}).map(([id, policy]) => ({ kind, id, policy })),
  );
  const put = (kind: Kind, id: string, policy: RecordingPolicy) => {
    onChange({ ...rules, [kind]: { ...rules[kind], [id]: policy } });
  };
  const choices = kinds.map((kind) => ({
    group: t(`recordingRules.kinds.${kind}`),
    items: named[kind]
      .filter(({ id }) => rules[kind]?.[id] === undefined)
      .map(({ id, name }) => ({ value: `${kind}:${id}`, label: name })),
  }));
  return (
    <Stack gap="xs" component="section" aria-label={t("recordingRules.exceptions")}>
      <Text fw={550} size="sm">
        {t("recordingRules.exceptions")}
      </Text>
      {rows.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("recordingRules.none")}
        </Text>
      )}
      {rows.map(({ kind, id, policy }) => {
        const name = nameOf(kind, id);
        return (
          <Group key={`${kind}:${id}`} gap="sm" wrap="wrap">
            <Text size="sm" style={{ flex: "1 1 12rem" }}>
              <Text span c="dimmed">
                {t(`recordingRules.kinds.${kind}`)}
              </Text>{" "}
              {name}
            </Text>
            <Policy
              label={t("recordingRules.policyOf", { name })}
              value={policy}
              onChange={(next) => {
                put(kind, id, next);
              }}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              c="var(--ink-2)"
              aria-label={t("recordingRules.remove", { name })}
              onClick={() => {
                const rest = Object.entries(rules[kind] ?? {}).filter(([other]) => other !== id);
                onChange({ ...rules, [kind]: Object.fromEntries(rest) });
              }}
            >
              <IconX size={17} />
            </ActionIcon>
          </Group>
        );
      })}
      <Select
        w={260}
        searchable
        aria-label={t("recordingRules.add")}
        placeholder={t("recordingRules.add")}
        data={choices}
        value={null}
        onChange={(chosen) => {
          const kind = kinds.find((one) => chosen?.startsWith(`${one}:`));
          if (kind === undefined || chosen === null) return;
          put(kind, chosen.slice(kind.length + 1), rules.default === "never" ? "all" : "never");
        }}
      />
    </Stack>
  );
}

function useNames(): Record<Kind, readonly { id: string; name: string }[]> {
  const { data: assistants = [] } = useQuery(assistantsQuery);
  const { data: numbers = [] } = useQuery(numbersQuery);
  const { data: queues = [] } = useQuery(queuesQuery);
  return { assistants, numbers: numbers.map(({ id, number }) => ({ id, name: number })), queues };
}
