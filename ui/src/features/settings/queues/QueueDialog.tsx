/** Sets up a queue, changes one, or shows one to those who may only read it. */
import { Fieldset, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { floorQuery, queuesQuery, saveQueue } from "@/api/queues";
import { isRefusal } from "@/api/refusal";
import type { Queue } from "@/api/types";
import { DialogFooter } from "@/components/DialogFooter";
import { Refused } from "@/components/Refused";

import { CallbackFields } from "./CallbackFields";
import { AfterFields, HearFields, OfferFields, WaitFields } from "./fields";
import { MemberFields } from "./MemberFields";
import { NeedFields } from "./NeedFields";
import classes from "./QueueDialog.module.css";
import { formField, initial, needed, strategies, toWrite, type Values } from "./queueForm";

export type QueueForm = UseFormReturnType<Values>;

interface Props {
  queue: Queue | "new" | null;
  readOnly: boolean;
  onClose: () => void;
}

export function QueueDialog({ queue, readOnly, onClose }: Props) {
  const { t } = useTranslation();
  const name = queue === null || queue === "new" ? "" : queue.name;
  return (
    <Modal
      opened={queue !== null}
      onClose={onClose}
      title={
        queue === "new" ? t("queueForm.add") : t(readOnly ? "queueForm.look" : "common.editOf", { name })
      }
      size="xl"
      // A click beside so long a form must not lose it.
      closeOnClickOutside={readOnly}
    >
      {queue !== null && (
        <QueueFields queue={queue === "new" ? null : queue} readOnly={readOnly} onClose={onClose} />
      )}
    </Modal>
  );
}

function QueueFields({ queue, readOnly, onClose }: Props & { queue: Queue | null }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm<Values>({
    initialValues: initial(queue),
    validate: ({ name, settings }) => ({
      ...(name.trim() === "" ? { name: t("common.required") } : {}),
      ...Object.fromEntries(
        needed
          .filter((field) => settings[field] === null)
          .map((field) => [`settings.${field}`, t("common.required")]),
      ),
      ...Object.fromEntries(
        settings.needs.flatMap(({ skill }, at) =>
          skill.trim() === "" ? [[`settings.needs.${String(at)}.skill`, t("common.required")]] : [],
        ),
      ),
    }),
  });
  /** The form is long: what is wrong is brought into view. */
  const lookAt = (fields: string[]) => {
    const first = fields.map((field) => form.getInputNode(field)).find((node) => node !== null);
    first?.focus();
  };
  const save = useMutation({
    mutationFn: (values: Values) => saveQueue(queue?.id ?? null, toWrite(values)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: queuesQuery.queryKey });
      void queries.invalidateQueries({ queryKey: floorQuery.queryKey });
      onClose();
    },
    onError: (error) => {
      if (!isRefusal(error)) return;
      const errors = error.errors.map(({ field, expected }) => [formField(field), expected] as const);
      form.setErrors(Object.fromEntries(errors));
      lookAt(errors.map(([field]) => field));
    },
  });
  const { strategy } = form.values.settings;
  return (
    <form
      onSubmit={form.onSubmit(
        (values) => {
          save.mutate(values);
        },
        (errors) => {
          lookAt(Object.keys(errors));
        },
      )}
      noValidate
    >
      <Stack>
        <Refused error={save.error} />
        <fieldset disabled={readOnly} className={classes.all}>
          <TextInput
            data-autofocus
            required
            maxLength={100}
            label={t("queueForm.name")}
            {...form.getInputProps("name")}
          />
          <Select
            label={t("queueForm.strategy")}
            description={t(`queueForm.strategyHints.${strategy}`)}
            allowDeselect={false}
            data={strategies.map((value) => ({ value, label: t(`queueForm.strategies.${value}`) }))}
            renderOption={({ option }) => (
              <span>
                {option.label}
                <br />
                <small style={{ color: "var(--ink-2)" }}>
                  {t(`queueForm.strategyHints.${option.value as typeof strategy}`)}
                </small>
              </span>
            )}
            {...form.getInputProps("settings.strategy")}
          />
          <Fieldset legend={t("queueForm.members")}>
            <MemberFields form={form} />
          </Fieldset>
          <Fieldset legend={t("queueForm.needs")}>
            <NeedFields form={form} />
          </Fieldset>
          <Fieldset legend={t("queueForm.offering")}>
            <OfferFields form={form} />
          </Fieldset>
          <Fieldset legend={t("queueForm.waiting")}>
            <WaitFields form={form} own={queue?.id ?? null} />
          </Fieldset>
          <Fieldset legend={t("queueForm.hearing")}>
            <HearFields form={form} />
          </Fieldset>
          <Fieldset legend={t("queueForm.callbacks")}>
            <CallbackFields form={form} />
          </Fieldset>
          <Fieldset legend={t("queueForm.after")}>
            <AfterFields form={form} />
          </Fieldset>
        </fieldset>
        <DialogFooter onClose={onClose} saving={save.isPending} readOnly={readOnly} />
      </Stack>
    </form>
  );
}
