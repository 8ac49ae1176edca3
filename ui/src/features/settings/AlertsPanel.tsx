/** What alerts are raised for: words, and figures that were passed. */
import {
  ActionIcon,
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { alertSettingsQuery, saveAlertSettings } from "@/api/alerts";
import { queuesQuery } from "@/api/queues";
import type { AlertSettings } from "@/api/types";
import { Card } from "@/components/Card";
import { IconPlus, IconX } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";

import { SaveDraft } from "./SaveDraft";

type Rule = AlertSettings["keywords"][number];
type Figure = Exclude<keyof AlertSettings, "keywords">;

const figures: readonly { what: Figure; usual: number; min: number; max: number }[] = [
  { what: "silence_s", usual: 30, min: 5, max: 86_400 },
  { what: "hold_s", usual: 120, min: 5, max: 86_400 },
  { what: "call_s", usual: 1_800, min: 10, max: 86_400 },
  { what: "cross_talk_s", usual: 5, min: 2, max: 86_400 },
  { what: "sentiment", usual: -5, min: -50, max: -1 },
];

export function AlertsPanel() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const stored = useQuery(alertSettingsQuery);
  const [draft, setDraft] = useState<AlertSettings | null>(null);
  const save = useMutation({
    mutationFn: saveAlertSettings,
    onSuccess: (kept) => {
      queries.setQueryData(alertSettingsQuery.queryKey, kept);
      setDraft(null);
    },
  });
  const settings = draft ?? stored.data;
  if (settings === undefined) {
    return (
      <Card title={t("settings.alerts")} hint={t("alertRules.hint")}>
        <Refused error={stored.error} />
        {stored.isPending && <Loading rows={4} />}
      </Card>
    );
  }
  const keywords = (next: Rule[]) => {
    setDraft({ ...settings, keywords: next });
  };
  return (
    <Stack>
      <Card title={t("alertRules.keywords")} hint={t("alertRules.keywordsHint")}>
        {settings.keywords.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("alertRules.noKeywords")}
          </Text>
        )}
        {settings.keywords.map((rule, index) => (
          // A rule has no other name than its place while its name is being typed.
          <KeywordFields
            key={index}
            rule={rule}
            onChange={(next) => {
              keywords(settings.keywords.map((one, at) => (at === index ? next : one)));
            }}
            onRemove={() => {
              keywords(settings.keywords.filter((_, at) => at !== index));
            }}
          />
        ))}
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => {
              const rule: Rule = { name: "", phrases: [], side: null, queue: null, rearm_s: 300 };
              keywords([...settings.keywords, rule]);
            }}
          >
            {t("alertRules.add")}
          </Button>
        </Group>
      </Card>
      <Card title={t("alertRules.figures")} hint={t("alertRules.hint")}>
        {figures.map((figure) => (
          <FigureField
            key={figure.what}
            {...figure}
            value={settings[figure.what] ?? null}
            onChange={(value) => {
              setDraft({ ...settings, [figure.what]: value });
            }}
          />
        ))}
        <Refused error={save.error} />
        <SaveDraft
          changed={draft !== null}
          saving={save.isPending}
          onCancel={() => {
            setDraft(null);
          }}
          onSave={() => {
            save.mutate(settings);
          }}
        />
      </Card>
    </Stack>
  );
}

interface FigureProps {
  what: Figure;
  usual: number;
  min: number;
  max: number;
  value: number | null;
  onChange: (value: number | null) => void;
}

function FigureField({ what, usual, min, max, value, onChange }: FigureProps) {
  const { t } = useTranslation();
  const name = t(`alertRules.${what}`);
  return (
    <Group gap="lg" wrap="wrap">
      <div style={{ flex: "1 1 16rem" }}>
        <Text fw={550} size="sm">
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {t(`alertRules.${what}_hint`)}
        </Text>
      </div>
      <Switch
        aria-label={t("alertRules.watch", { name })}
        checked={value !== null}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.checked ? usual : null);
        }}
      />
      <NumberInput
        w={130}
        aria-label={name}
        suffix={` ${t(what === "sentiment" ? "alertRules.points" : "alertRules.seconds")}`}
        min={min}
        max={max}
        allowDecimal={false}
        disabled={value === null}
        value={value ?? ""}
        onChange={(next) => {
          if (typeof next === "number") onChange(next);
        }}
      />
    </Group>
  );
}

interface KeywordProps {
  rule: Rule;
  onChange: (rule: Rule) => void;
  onRemove: () => void;
}

function KeywordFields({ rule, onChange, onRemove }: KeywordProps) {
  const { t } = useTranslation();
  const { data: queues = [] } = useQuery(queuesQuery);
  return (
    <Group
      gap="xs"
      align="flex-start"
      wrap="wrap"
      role="group"
      aria-label={rule.name || t("alertRules.unnamed")}
    >
      <TextInput
        style={{ flex: "1 1 9rem" }}
        label={t("alertRules.name")}
        maxLength={60}
        value={rule.name}
        onChange={({ currentTarget }) => {
          onChange({ ...rule, name: currentTarget.value });
        }}
      />
      <TagsInput
        style={{ flex: "3 1 16rem" }}
        label={t("alertRules.phrases")}
        placeholder={rule.phrases.length === 0 ? t("alertRules.phrasesHint") : ""}
        value={rule.phrases}
        maxTags={100}
        onChange={(phrases) => {
          onChange({ ...rule, phrases });
        }}
      />
      <Select
        w={140}
        label={t("alertRules.whose")}
        allowDeselect={false}
        data={(["either", "customer", "ours"] as const).map((value) => ({
          value,
          label: t(`alertRules.sides.${value}`),
        }))}
        value={rule.side ?? "either"}
        onChange={(side) => {
          onChange({ ...rule, side: side === "customer" || side === "ours" ? side : null });
        }}
      />
      {queues.length > 0 && (
        <Select
          w={150}
          label={t("alertRules.queue")}
          clearable
          placeholder={t("alertRules.allQueues")}
          data={queues.map(({ id, name }) => ({ value: id, label: name }))}
          value={rule.queue ?? null}
          onChange={(queue) => {
            onChange({ ...rule, queue });
          }}
        />
      )}
      <NumberInput
        w={110}
        label={t("alertRules.rearm")}
        suffix={` ${t("alertRules.seconds")}`}
        min={0}
        max={86_400}
        allowDecimal={false}
        value={rule.rearm_s ?? 300}
        onChange={(seconds) => {
          if (typeof seconds === "number") onChange({ ...rule, rearm_s: seconds });
        }}
      />
      <ActionIcon
        mt={26}
        variant="subtle"
        color="gray"
        c="var(--ink-2)"
        aria-label={t("alertRules.remove", { name: rule.name || t("alertRules.unnamed") })}
        onClick={onRemove}
      >
        <IconX size={17} />
      </ActionIcon>
    </Group>
  );
}
