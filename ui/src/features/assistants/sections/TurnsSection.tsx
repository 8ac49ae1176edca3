/** How the assistant takes turns: numbers with what they are for, and the default where left empty. */
import { NumberInput, SimpleGrid } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";

import { turnKnobs } from "../draft";
import { useAssistantForm } from "../form";

export function TurnsSection() {
  const { t } = useTranslation();
  const form = useAssistantForm();
  return (
    <Card title={t("turns.title")} hint={t("turns.hint")}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} verticalSpacing="md">
        {turnKnobs.map(({ name, unit, fallback }) => {
          const path = `settings.turns.${name}` as const;
          return (
            <NumberInput
              key={name}
              label={t(`turns.${name}`)}
              description={t(`turns.${name}_hint`)}
              placeholder={t("turns.fallback", { value: fallback, unit: t(`turns.units.${unit}`) })}
              suffix={` ${t(`turns.units.${unit}`)}`}
              min={0}
              allowDecimal={false}
              error={form.errors[path]}
              value={form.values.settings.turns[name] ?? ""}
              onChange={(value) => {
                form.setFieldValue(path, typeof value === "number" ? value : null);
              }}
            />
          );
        })}
      </SimpleGrid>
    </Card>
  );
}
