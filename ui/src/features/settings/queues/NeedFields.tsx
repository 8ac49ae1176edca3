/** What a caller needs of who takes them, and how that is relaxed the longer they wait. */
import { ActionIcon, Autocomplete, Button, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { floorQuery } from "@/api/queues";
import { IconPlus, IconX } from "@/components/icons";

import type { QueueForm } from "./QueueDialog";

export function NeedFields({ form }: { form: QueueForm }) {
  const { t } = useTranslation();
  const { data: floor } = useQuery(floorQuery);
  const { needs } = form.values.settings;
  const known = [...new Set(floor?.agents.flatMap(({ skills }) => Object.keys(skills)))].sort();
  return (
    <Stack gap="sm">
      {needs.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("queueForm.noNeeds")}
        </Text>
      )}
      {needs.map((_, at) => (
        // A place is what a row is: names are edited.
        <Need key={at} form={form} at={at} known={known} />
      ))}
      <Group>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={needs.length >= 20}
          onClick={() => {
            form.insertListItem("settings.needs", { skill: "", level: 5, relaxed: [] });
          }}
        >
          {t("queueForm.addNeed")}
        </Button>
      </Group>
    </Stack>
  );
}

function Need({ form, at, known }: { form: QueueForm; at: number; known: string[] }) {
  const { t } = useTranslation();
  const path = `settings.needs.${String(at)}`;
  const need = form.values.settings.needs[at];
  if (need === undefined) return null;
  const { error } = form.getInputProps(`${path}.relaxed`);
  const name = need.skill.trim() || t("queueForm.needPlace", { place: at + 1 });
  const remove = (list: string, index: number, label: string) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      c="var(--ink-2)"
      aria-label={label}
      onClick={() => {
        form.removeListItem(list, index);
      }}
    >
      <IconX size={17} />
    </ActionIcon>
  );
  return (
    <Stack gap={6} role="group" aria-label={name}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Autocomplete
          style={{ flex: 1 }}
          aria-label={t("queueForm.needSkill", { place: at + 1 })}
          placeholder={t("skills.example")}
          maxLength={50}
          data={known}
          {...form.getInputProps(`${path}.skill`)}
        />
        <NumberInput
          w={110}
          aria-label={t("queueForm.needLevel", { name })}
          prefix={t("queueForm.levelPrefix")}
          min={1}
          max={10}
          clampBehavior="strict"
          allowDecimal={false}
          {...form.getInputProps(`${path}.level`)}
        />
        {remove("settings.needs", at, t("queueForm.removeNeed", { name }))}
      </Group>
      {need.relaxed.map((_, step) => (
        <Group key={step} gap="xs" wrap="nowrap" pl="lg">
          <Text size="sm">{t("queueForm.relaxAfter")}</Text>
          <NumberInput
            w={100}
            size="xs"
            suffix={t("queueForm.secondsSuffix")}
            min={0}
            allowDecimal={false}
            aria-label={t("queueForm.stepAfter", { name, place: step + 1 })}
            {...form.getInputProps(`${path}.relaxed.${String(step)}.after_s`)}
          />
          <Text size="sm">{t("queueForm.relaxTo")}</Text>
          <NumberInput
            w={90}
            size="xs"
            prefix={t("queueForm.levelPrefix")}
            min={0}
            max={10}
            clampBehavior="strict"
            allowDecimal={false}
            aria-label={t("queueForm.stepLevel", { name, place: step + 1 })}
            {...form.getInputProps(`${path}.relaxed.${String(step)}.level`)}
          />
          {remove(`${path}.relaxed`, step, t("queueForm.removeStep", { name, place: step + 1 }))}
        </Group>
      ))}
      {error !== undefined && (
        <Text size="xs" c="var(--bad)" role="alert">
          {String(error)}
        </Text>
      )}
      <Group pl="lg">
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={13} aria-hidden />}
          disabled={need.relaxed.length >= 10}
          onClick={() => {
            const last = need.relaxed.at(-1);
            form.insertListItem(`${path}.relaxed`, {
              after_s: (last?.after_s ?? 0) + 30,
              level: Math.max(0, (last?.level ?? need.level) - 2),
            });
          }}
        >
          {t("queueForm.addStep")}
        </Button>
      </Group>
    </Stack>
  );
}
