/** Which providers hear, think and speak. */
import { Group, NumberInput, Select, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { providersQuery } from "@/api/providers";
import { sessionQuery } from "@/api/session";
import type { Provider } from "@/api/types";
import { Card } from "@/components/Card";
import { isAtLeast } from "@/lib/roles";

import { useAssistantForm } from "../form";

export function SpeechSection() {
  const { t } = useTranslation();
  const form = useAssistantForm();
  const at = "settings.speech";
  const { data: me } = useQuery(sessionQuery);
  const known = useQuery({ ...providersQuery, enabled: me != null && isAtLeast(me.role, "admin") });
  const named = (kind: Provider["kind"], now: string) => {
    const names = known.data?.filter((one) => one.kind === kind).map(({ name }) => name) ?? [];
    return now === "" || names.includes(now) ? names : [...names, now];
  };
  const speech = form.values.settings.speech;
  const scripted = form.values.settings.speech.model_provider === "scripted";
  return (
    <Card title={t("speech.title")} hint={t("speech.hint")}>
      <Group grow align="flex-start">
        <Select
          label={t("speech.recogniser")}
          description={t("speech.recogniserHint")}
          allowDeselect={false}
          data={named("recogniser", speech.recogniser)}
          {...form.getInputProps(`${at}.recogniser`)}
        />
        <Select
          label={t("speech.voiceProvider")}
          description={t("speech.voiceProviderHint")}
          allowDeselect={false}
          data={named("voice", speech.voice_provider)}
          {...form.getInputProps(`${at}.voice_provider`)}
        />
      </Group>
      <Group grow align="flex-start">
        <TextInput
          label={t("speech.voice")}
          placeholder={t("common.default")}
          {...form.getInputProps(`${at}.voice`)}
        />
        <Number name="speed" min={0.5} max={2} step={0.05} />
      </Group>
      <Group grow align="flex-start">
        <Select
          label={t("speech.modelProvider")}
          description={t("speech.modelProviderHint")}
          allowDeselect={false}
          data={named("model", speech.model_provider)}
          {...form.getInputProps(`${at}.model_provider`)}
        />
        {!scripted && (
          <TextInput
            label={t("speech.model")}
            description={t("speech.modelHint")}
            {...form.getInputProps(`${at}.model`)}
          />
        )}
      </Group>
      {scripted ? (
        <Textarea
          label={t("speech.script")}
          description={t("speech.scriptHint")}
          autosize
          minRows={8}
          maxRows={28}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
          {...form.getInputProps(`${at}.script`)}
        />
      ) : (
        <Group grow align="flex-start">
          <Number name="temperature" min={0} max={2} step={0.1} />
          <Number name="max_tokens" min={1} max={4096} step={50} />
        </Group>
      )}
      <TagsInput
        label={t("speech.keyTerms")}
        description={t("speech.keyTermsHint")}
        {...form.getInputProps(`${at}.key_terms`)}
      />
    </Card>
  );
}

interface NumberProps {
  name: "speed" | "temperature" | "max_tokens";
  min: number;
  max: number;
  step: number;
}

function Number({ name, min, max, step }: NumberProps) {
  const { t } = useTranslation();
  const form = useAssistantForm();
  const path = `settings.speech.${name}` as const;
  return (
    <NumberInput
      label={t(`speech.${name}`)}
      placeholder={t("common.default")}
      min={min}
      max={max}
      step={step}
      error={form.errors[path]}
      value={form.values.settings.speech[name] ?? ""}
      onChange={(value) => {
        form.setFieldValue(path, typeof value === "number" ? value : null);
      }}
    />
  );
}
