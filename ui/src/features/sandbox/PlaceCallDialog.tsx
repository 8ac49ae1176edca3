/** Places a call to see and hear an assistant at work. */
import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";

import { assistantsQuery } from "@/api/assistants";
import { placeCall } from "@/api/calls";
import { isRefusal } from "@/api/refusal";
import { sandboxQuery } from "@/api/sandbox";
import type { Assistant } from "@/api/types";
import { NumberInputField } from "@/components/NumberInputField";
import { Refused } from "@/components/Refused";
import { isE164, toE164 } from "@/lib/format/number";
import { closeDialog, useOpenDialog } from "@/lib/opener";

export function PlaceCallDialog() {
  const { t } = useTranslation();
  const dialog = useOpenDialog();
  const opened = dialog.kind === "place";
  return (
    <Modal opened={opened} onClose={closeDialog} title={t("place.title")} size="md">
      {dialog.kind === "place" && (
        <PlaceForm key={dialog.assistant ?? ""} assistant={dialog.assistant} to={dialog.to ?? ""} />
      )}
    </Modal>
  );
}

function PlaceForm({ assistant, to }: { assistant: string | undefined; to: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: assistants = [] } = useQuery(assistantsQuery);
  const { data: sandbox } = useQuery(sandboxQuery);
  const usable = useMemo(() => assistants.filter(({ enabled }) => enabled), [assistants]);
  const form = useForm({
    initialValues: {
      to,
      assistant: assistant ?? "",
      customer_name: "",
      variables: {} as Record<string, string>,
    },
    validate: {
      to: (number) => (isE164(toE164(number)) ? null : t("number.invalid")),
      assistant: (id) => (id === "" && usable.length === 0 ? t("place.assistantMissing") : null),
    },
  });
  const chosen = usable.find(({ id }) => id === form.values.assistant) ?? usable[0];
  // A retry after a lost answer must not ring the customer twice.
  const attempt = useRef(crypto.randomUUID());
  const place = useMutation({
    mutationFn: (values: typeof form.values) =>
      placeCall(
        {
          to: toE164(values.to),
          assistant: chosen?.id ?? "",
          customer_name: values.customer_name.trim() || null,
          variables: variablesOf(chosen, values.variables),
        },
        attempt.current,
      ),
    onSuccess: (call) => {
      closeDialog();
      void navigate({ to: "/floor", search: { call: call.id } });
    },
    onError: (error) => {
      if (!isRefusal(error, "offline")) attempt.current = crypto.randomUUID();
    },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        place.mutate(values);
      })}
    >
      <Stack>
        <Refused error={place.error} />
        <NumberInputField
          data-autofocus
          label={t("place.to")}
          suggestions={sandbox ?? []}
          {...form.getInputProps("to")}
        />
        <Select
          label={t("place.assistant")}
          data={usable.map(({ id, name }) => ({ value: id, label: name }))}
          allowDeselect={false}
          searchable
          {...form.getInputProps("assistant")}
          value={chosen?.id ?? null}
        />
        <TextInput
          label={t("place.customerName")}
          description={t("common.optional")}
          {...form.getInputProps("customer_name")}
        />
        {chosen?.settings.fields.map((field) => (
          <TextInput
            key={field}
            label={field}
            placeholder={chosen.settings.sample_variables[field] ?? ""}
            description={t("place.sampleUsed")}
            value={form.values.variables[field] ?? ""}
            onChange={({ currentTarget }) => {
              form.setFieldValue(`variables.${field}`, currentTarget.value);
            }}
          />
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={closeDialog}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={place.isPending}>
            {t("place.call")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The assistant's fields as typed, with its sample where nothing was. */
export function variablesOf(
  assistant: Pick<Assistant, "settings"> | undefined,
  typed: Readonly<Record<string, string>>,
): Record<string, string> {
  const { fields = [], sample_variables: samples = {} } = assistant?.settings ?? {};
  const pairs = fields.map((field) => [field, typed[field]?.trim() || (samples[field] ?? "")] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== ""));
}
