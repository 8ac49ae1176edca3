/** What a call has to bring: named fields, each with a sample for test calls. */
import { TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";

import { useAssistantForm } from "../form";

export function FieldsSection() {
  const { t } = useTranslation();
  const form = useAssistantForm();
  const { fields, sample_variables: samples } = form.values.settings;
  return (
    <Card title={t("fields.title")} hint={t("fields.hint")}>
      <TagsInput
        label={t("fields.names")}
        placeholder={t("fields.placeholder")}
        {...form.getInputProps("settings.fields")}
      />
      {fields.map((field) => (
        <TextInput
          key={field}
          label={t("fields.sample", { field })}
          value={samples[field] ?? ""}
          onChange={({ currentTarget }) => {
            form.setFieldValue("settings.sample_variables", { ...samples, [field]: currentTarget.value });
          }}
        />
      ))}
    </Card>
  );
}
