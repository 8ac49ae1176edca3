/** How callers are held out to members, how they wait, what they hear, and what comes after the call. */
import { Select, SimpleGrid, Stack, Switch, TagsInput, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { queuesQuery } from "@/api/queues";

import { NumberField } from "./NumberField";
import type { QueueForm } from "./QueueDialog";
import { overflowFrom, overflowKey, staffings } from "./queueForm";
import { useMembers } from "./useMembers";

const columns = { base: 1, sm: 2 };

export function OfferFields({ form }: { form: QueueForm }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <SimpleGrid cols={columns}>
        <NumberField form={form} name="offer_timeout_s" />
        <NumberField form={form} name="retry_after_s" />
        <NumberField form={form} name="wrap_up_s" />
        <NumberField form={form} name="service_level_s" />
      </SimpleGrid>
      <Switch
        label={t("queueForm.autoPause")}
        description={t("queueForm.autoPauseHint")}
        {...form.getInputProps("settings.auto_pause", { type: "checkbox" })}
      />
    </Stack>
  );
}

export function WaitFields({ form, own }: { form: QueueForm; own: string | null }) {
  const { t } = useTranslation();
  const { choices } = useMembers();
  const { data: queues = [] } = useQuery(queuesQuery);
  const others = queues
    .filter(({ id }) => id !== own)
    .map(({ id, name }) => ({ value: `queue:${id}`, label: name }));
  const { error } = form.getInputProps("settings.overflow");
  return (
    <Stack gap="sm">
      <SimpleGrid cols={columns}>
        <NumberField form={form} name="longest_wait_s" />
        <NumberField form={form} name="most_waiting" />
        <NumberField form={form} name="longest_estimate_s" />
        <NumberField form={form} name="usual_handling_s" />
        <NumberField form={form} name="priority" />
        <NumberField form={form} name="ageing_s" />
        {(["join_with", "stay_with"] as const).map((name) => (
          <Select
            key={name}
            label={t(`queueForm.staffing.${name}`)}
            description={t(`queueForm.staffing.${name}_hint`)}
            allowDeselect={false}
            data={staffings.map((value) => ({ value, label: t(`queueForm.staffing.${value}`) }))}
            {...form.getInputProps(`settings.${name}`)}
          />
        ))}
      </SimpleGrid>
      <Select
        label={t("queueForm.overflow")}
        description={t("queueForm.overflowHint")}
        allowDeselect={false}
        searchable
        data={[
          { value: "hang_up", label: t("queueForm.hangUp") },
          ...[{ group: t("settings.queues"), items: others }, ...choices].filter(
            ({ items }) => items.length > 0,
          ),
        ]}
        error={error as string | undefined}
        data-path="settings.overflow"
        value={overflowKey(form.values.settings.overflow)}
        onChange={(key) => {
          if (key !== null) form.setFieldValue("settings.overflow", overflowFrom(key));
        }}
      />
    </Stack>
  );
}

export function HearFields({ form }: { form: QueueForm }) {
  const { t } = useTranslation();
  const { assistants } = useMembers();
  return (
    <Stack gap="sm">
      <Textarea
        autosize
        minRows={2}
        maxLength={1000}
        label={t("queueForm.greeting")}
        description={t("queueForm.greetingHint")}
        {...form.getInputProps("settings.greeting")}
        value={form.values.settings.greeting ?? ""}
      />
      <SimpleGrid cols={columns}>
        <NumberField form={form} name="announce_every_s" />
        <Select
          clearable
          clearButtonProps={{ "aria-label": t("queueForm.noBridge") }}
          label={t("queueForm.bridge")}
          description={t("queueForm.bridgeHint")}
          placeholder={t("queueForm.noBridge")}
          data={assistants.map(({ value, label }) => ({ value: value.slice("assistant:".length), label }))}
          {...form.getInputProps("settings.bridge")}
        />
      </SimpleGrid>
    </Stack>
  );
}

export function AfterFields({ form }: { form: QueueForm }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Textarea
        autosize
        minRows={3}
        maxRows={12}
        maxLength={20_000}
        label={t("queueForm.script")}
        description={t("queueForm.scriptHint", { variable: "{customer_name}" })}
        {...form.getInputProps("settings.script")}
      />
      <TagsInput
        label={t("queueForm.dispositions")}
        description={t("queueForm.dispositionsHint")}
        maxTags={50}
        clearable={false}
        {...form.getInputProps("settings.dispositions")}
      />
      <Switch
        label={t("queueForm.dispositionRequired")}
        {...form.getInputProps("settings.disposition_required", { type: "checkbox" })}
      />
    </Stack>
  );
}
