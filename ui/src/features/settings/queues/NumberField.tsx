/** A number of a queue's settings; empty where it may be left out. */
import { NumberInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { QueueForm } from "./QueueDialog";
import { type Limit, type Needed, needed, ranges } from "./queueForm";

/** What does not happen at all where nothing is said; the others are limits. */
const never = new Set<string>(["ageing_s", "announce_every_s"] satisfies Limit[]);

export function NumberField({ form, name }: { form: QueueForm; name: Needed | Limit }) {
  const { t } = useTranslation();
  const [least, most] = ranges[name];
  const path = `settings.${name}`;
  const { error, ...rest } = form.getInputProps(path);
  const mayLack = !(needed as readonly string[]).includes(name);
  return (
    <NumberInput
      {...rest}
      error={error as string | undefined}
      label={t(`queueForm.fields.${name}`)}
      description={t(`queueForm.hints.${name}`)}
      {...(mayLack ? { placeholder: t(never.has(name) ? "queueForm.never" : "queueForm.noLimit") } : {})}
      min={least}
      max={most}
      allowDecimal={false}
      value={form.values.settings[name] ?? ""}
      onChange={(value) => {
        form.setFieldValue(path, typeof value === "number" ? value : null);
      }}
    />
  );
}
