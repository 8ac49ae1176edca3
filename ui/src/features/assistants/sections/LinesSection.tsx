/** Sentences said at fixed moments. */
import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";

import { useAssistantForm } from "../form";

const lines = ["bridge_line", "resume_line", "filler_line", "apology_line", "goodbye_line"] as const;

export function LinesSection() {
  const { t } = useTranslation();
  const form = useAssistantForm();
  return (
    <Card title={t("fixed.title")} hint={t("fixed.hint")}>
      {lines.map((line) => (
        <TextInput
          key={line}
          label={t(`fixed.${line}`)}
          description={t(`fixed.${line}_hint`)}
          {...form.getInputProps(`settings.${line}`)}
        />
      ))}
    </Card>
  );
}
