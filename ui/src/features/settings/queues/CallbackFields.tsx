/** Whether callers may hang up and be called back, and how often they are tried. */
import { NumberInput, Select, SimpleGrid, Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { QueueForm } from "./QueueDialog";

const keys = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
const numbers = {
  from_position: { least: 1, most: 100_000, mayLack: true },
  from_estimate_s: { least: 1, most: 86_400, mayLack: true },
  attempts: { least: 1, most: 20, mayLack: false },
  gap_s: { least: 1, most: 86_400, mayLack: false },
} as const;

export function CallbackFields({ form }: { form: QueueForm }) {
  const { t } = useTranslation();
  const { callback } = form.values.settings;
  const number = (name: keyof typeof numbers) => {
    const { least, most, mayLack } = numbers[name];
    const { error } = form.getInputProps(`settings.callback.${name}`);
    return (
      <NumberInput
        label={t(`queueForm.callback.${name}`)}
        description={t(`queueForm.callback.${name}_hint`)}
        {...(mayLack ? { placeholder: t("queueForm.callback.always") } : {})}
        min={least}
        max={most}
        allowDecimal={false}
        error={error as string | undefined}
        data-path={`settings.callback.${name}`}
        value={callback[name] ?? ""}
        onChange={(value) => {
          const left = mayLack ? null : least;
          form.setFieldValue(`settings.callback.${name}`, typeof value === "number" ? value : left);
        }}
      />
    );
  };
  return (
    <Stack gap="sm">
      <Switch
        label={t("queueForm.callback.offered")}
        description={t("queueForm.callback.offered_hint")}
        {...form.getInputProps("settings.callback.offered", { type: "checkbox" })}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {callback.offered && (
          <>
            {number("from_position")}
            {number("from_estimate_s")}
            <Select
              label={t("queueForm.callback.key")}
              description={t("queueForm.callback.key_hint")}
              allowDeselect={false}
              data={keys}
              {...form.getInputProps("settings.callback.key")}
            />
            <Switch
              mt="lg"
              label={t("queueForm.callback.other_number")}
              {...form.getInputProps("settings.callback.other_number", { type: "checkbox" })}
            />
          </>
        )}
        {number("attempts")}
        {number("gap_s")}
      </SimpleGrid>
    </Stack>
  );
}
