/** Who the assistant is and how it opens. */
import { Group, Switch, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";

import { codeFrom, newAssistant } from "../draft";
import { useAssistantForm } from "../form";

export function BasicsSection({ isNew }: { isNew: boolean }) {
  const { t } = useTranslation();
  const form = useAssistantForm();
  const name = form.getInputProps("name");
  return (
    <Card title={t("basics.title")}>
      <Group grow align="flex-start">
        <TextInput
          label={t("basics.name")}
          required
          {...name}
          onChange={(event) => {
            const old = codeFrom(form.getValues().name);
            // A new assistant's code follows its name until somebody writes one.
            if (isNew && form.getValues().code === old)
              form.setFieldValue("code", codeFrom(event.currentTarget.value));
            (name as { onChange: (event: unknown) => void }).onChange(event);
          }}
        />
        <TextInput label={t("basics.code")} required {...form.getInputProps("code")} />
        <TextInput
          label={t("basics.language")}
          placeholder={newAssistant.settings.language}
          {...form.getInputProps("settings.language")}
        />
      </Group>
      <TextInput
        label={t("basics.description")}
        description={t("basics.descriptionHint")}
        {...form.getInputProps("settings.description")}
      />
      <Textarea
        label={t("basics.prompt")}
        description={t("basics.promptHint")}
        autosize
        minRows={6}
        maxRows={24}
        {...form.getInputProps("settings.system_prompt")}
      />
      <Textarea
        label={t("basics.first")}
        description={t("basics.firstHint")}
        autosize
        minRows={2}
        {...form.getInputProps("settings.first_message")}
      />
      <Switch
        label={t("basics.firstInterruptible")}
        {...form.getInputProps("settings.first_message_interruptible", { type: "checkbox" })}
      />
      <Switch
        label={t("basics.record")}
        description={t("basics.recordHint")}
        {...form.getInputProps("settings.record", { type: "checkbox" })}
      />
    </Card>
  );
}
