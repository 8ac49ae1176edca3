/** Edits an assistant: sections in plain words, guarded against losing changes, saved against the version read. */
import { Button, Group, Switch } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useBlocker, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { assistantQuery, assistantsQuery, createAssistant, replaceAssistant } from "@/api/assistants";
import { isRefusal } from "@/api/refusal";
import type { Assistant } from "@/api/types";
import { Confirm } from "@/components/Confirm";
import { IconPhonePlus } from "@/components/icons";
import { Page } from "@/components/Page";
import { Refused } from "@/components/Refused";
import { openDialog } from "@/lib/opener";

import { Conflict } from "./Conflict";
import { DeleteAssistant } from "./DeleteAssistant";
import { type Draft, toDraft, toWrite } from "./draft";
import { AssistantFormProvider, useNewAssistantForm } from "./form";
import { BasicsSection } from "./sections/BasicsSection";
import { FieldsSection } from "./sections/FieldsSection";
import { KeysSection } from "./sections/KeysSection";
import { LinesSection } from "./sections/LinesSection";
import { SpeechSection } from "./sections/SpeechSection";
import { ToolsSection } from "./sections/ToolsSection";
import { TurnsSection } from "./sections/TurnsSection";

export function AssistantEditor({ saved, draft }: { saved: Assistant | null; draft: Draft }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const leaving = useRef(false);
  const form = useNewAssistantForm({
    initialValues: toDraft(draft),
    validate: {
      name: (name) => (name.trim() === "" ? t("assistants.nameMissing") : null),
      code: (code) => (/^[A-Za-z0-9._-]{1,64}$/.test(code.trim()) ? null : t("assistants.codeWrong")),
    },
  });
  const dirty = form.isDirty();
  const blocker = useBlocker({
    shouldBlockFn: () => dirty && !leaving.current,
    enableBeforeUnload: () => dirty && !leaving.current,
    withResolver: true,
  });
  const save = useMutation({
    mutationFn: ({ values, version }: { values: Draft; version: number }) =>
      saved === null
        ? createAssistant(toWrite(values))
        : replaceAssistant(saved.id, version, toWrite(values)),
    onSuccess: (assistant) => {
      leaving.current = true;
      form.resetDirty();
      notifications.show({ message: t("common.saved"), autoClose: 3000 });
      queries.setQueryData(assistantQuery(assistant.id).queryKey, assistant);
      void queries.invalidateQueries({ queryKey: assistantsQuery.queryKey, exact: true });
      if (saved === null)
        void navigate({ to: "/assistants/$id", params: { id: assistant.id }, replace: true });
    },
    onError: (error) => {
      if (isRefusal(error))
        form.setErrors(Object.fromEntries(error.errors.map(({ field, expected }) => [field, expected])));
    },
  });
  const submit = (version: number) =>
    form.onSubmit((values) => {
      save.mutate({ values, version });
    });
  const conflict = isRefusal(save.error, "precondition_failed");
  return (
    <AssistantFormProvider form={form}>
      <form onSubmit={submit(saved?.version ?? 0)} noValidate style={{ height: "100%" }}>
        <Page
          narrow
          title={saved?.name ?? t("assistants.new")}
          actions={
            <>
              <Switch
                label={t("assistants.enabled")}
                {...form.getInputProps("enabled", { type: "checkbox" })}
              />
              {saved !== null && (
                <Button
                  variant="default"
                  leftSection={<IconPhonePlus size={16} aria-hidden />}
                  disabled={dirty || !saved.enabled}
                  title={dirty ? t("assistants.saveFirst") : undefined}
                  onClick={() => {
                    openDialog({ kind: "place", assistant: saved.id });
                  }}
                >
                  {t("floor.testCall")}
                </Button>
              )}
              <Button type="submit" loading={save.isPending} disabled={!dirty}>
                {t("common.save")}
              </Button>
            </>
          }
        >
          {conflict && saved !== null ? (
            <Conflict
              id={saved.id}
              onKeepMine={(version) => {
                save.mutate({ values: form.getValues(), version });
              }}
              onDropMine={() => {
                leaving.current = true;
              }}
            />
          ) : (
            <Refused error={save.error} />
          )}
          <BasicsSection isNew={saved === null} />
          <SpeechSection />
          <FieldsSection />
          <ToolsSection />
          <KeysSection />
          <TurnsSection />
          <LinesSection />
          {saved !== null && (
            <Group>
              <DeleteAssistant
                assistant={saved}
                onDeleted={() => {
                  leaving.current = true;
                }}
              />
            </Group>
          )}
        </Page>
      </form>
      <Confirm
        opened={blocker.status === "blocked"}
        title={t("assistants.unsavedTitle")}
        text={t("assistants.unsavedText")}
        action={t("assistants.discard")}
        onConfirm={() => {
          blocker.proceed?.();
        }}
        onClose={() => {
          blocker.reset?.();
        }}
      />
    </AssistantFormProvider>
  );
}
