/** Sets up an outside provider, or changes one. Its key is written, never shown. */
import {
  Modal,
  NumberInput,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  TextInput,
} from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { createProvider, providersQuery, updateProvider } from "@/api/providers";
import { isRefusal } from "@/api/refusal";
import type { Provider } from "@/api/types";
import { DialogFooter } from "@/components/DialogFooter";
import { Refused } from "@/components/Refused";

import {
  formField,
  initial,
  type Kind,
  kinds,
  toSettings,
  usualAddress,
  usualModel,
  type Values,
  vendorsOf,
} from "./providerForm";

interface Props {
  provider: Provider | "new" | null;
  onClose: () => void;
}

export function ProviderDialog({ provider, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={provider !== null}
      onClose={onClose}
      title={
        provider === null || provider === "new"
          ? t("providers.add")
          : t("common.editOf", { name: provider.name })
      }
      size="lg"
    >
      {provider !== null && (
        <ProviderForm provider={provider === "new" ? null : provider} onClose={onClose} />
      )}
    </Modal>
  );
}

function ProviderForm({ provider, onClose }: { provider: Provider | null; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm<Values>({
    initialValues: initial(provider),
    validate: {
      name: (name) => (/^[a-z0-9][a-z0-9-]{0,39}$/.test(name) ? null : t("providers.nameWrong")),
      key: (key) => (/\s/.test(key) ? t("providers.keyWrong") : null),
    },
  });
  const { kind, vendor } = form.values;
  const keyHint = useKeyHint(provider);
  const save = useMutation({
    mutationFn: (values: Values) => {
      const settings = toSettings(values, provider?.settings);
      const base_url = values.base_url.trim() || usualAddress[values.vendor];
      const key = values.key === "" ? null : values.key;
      return provider === null
        ? createProvider({
            name: values.name,
            kind: values.kind,
            vendor: values.vendor,
            base_url,
            settings,
            key,
          })
        : updateProvider(provider.id, { base_url, settings, key });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: providersQuery.queryKey });
      onClose();
    },
    onError: (error) => {
      if (isRefusal(error))
        form.setErrors(
          Object.fromEntries(error.errors.map(({ field, expected }) => [formField(field), expected])),
        );
    },
  });
  const choose = (next: Kind) => {
    form.setFieldValue("kind", next);
    form.setFieldValue("vendor", vendorsOf[next][0] ?? "openai");
  };
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        save.mutate(values);
      })}
      noValidate
    >
      <Stack>
        <Refused error={save.error} />
        {provider === null && (
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <Select
              data-autofocus
              label={t("providers.kind")}
              description={t("providers.kindHint")}
              allowDeselect={false}
              data={kinds.map((value) => ({ value, label: t(`providers.kinds.${value}`) }))}
              value={kind}
              onChange={(next) => {
                if (next !== null) choose(next);
              }}
            />
            <Select
              label={t("providers.vendor")}
              description={t("providers.vendorHint")}
              allowDeselect={false}
              data={vendorsOf[kind].map((value) => ({ value, label: t(`providers.vendors.${value}`) }))}
              {...form.getInputProps("vendor")}
            />
          </SimpleGrid>
        )}
        {provider === null && (
          <TextInput
            required
            label={t("providers.name")}
            description={t("providers.nameHint")}
            {...form.getInputProps("name")}
          />
        )}
        <TextInput
          label={t("providers.address")}
          description={t("providers.addressHint")}
          placeholder={usualAddress[vendor]}
          {...form.getInputProps("base_url")}
        />
        <PasswordInput
          label={t("providers.key")}
          description={keyHint}
          autoComplete="new-password"
          {...form.getInputProps("key")}
        />
        <VendorFields form={form} />
        <DialogFooter onClose={onClose} saving={save.isPending} />
      </Stack>
    </form>
  );
}

function useKeyHint(provider: Provider | null): string {
  const { t } = useTranslation();
  if (provider === null || !provider.has_key) return t("providers.keyHint");
  return provider.key_ends === null
    ? t("providers.keyKept")
    : t("providers.keyKeptEnds", { ends: provider.key_ends });
}

function VendorFields({ form }: { form: UseFormReturnType<Values> }) {
  const { t } = useTranslation();
  const { kind, vendor } = form.values;
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label={t("providers.model")}
          description={t("providers.modelHint")}
          placeholder={usualModel(kind, vendor) || t("common.default")}
          {...form.getInputProps("model")}
        />
        {kind === "voice" && (
          <TextInput
            label={t("providers.voice")}
            description={t("providers.voiceHint")}
            {...form.getInputProps("voice")}
          />
        )}
        {kind === "voice" && (
          <NumberInput
            label={t("providers.sampleRate")}
            placeholder="24000"
            min={8000}
            max={48000}
            {...form.getInputProps("sample_rate")}
          />
        )}
        {kind === "voice" && (
          <NumberInput
            label={t("providers.stall")}
            placeholder="2000"
            min={100}
            max={30000}
            {...form.getInputProps("stall_timeout_ms")}
          />
        )}
        {kind === "recogniser" && (
          <NumberInput
            label={t("providers.endpointing")}
            placeholder="300"
            min={10}
            max={5000}
            {...form.getInputProps("endpointing_ms")}
          />
        )}
        {kind === "recogniser" && (
          <NumberInput
            label={t("providers.connect")}
            placeholder="2000"
            min={100}
            max={30000}
            {...form.getInputProps("connect_timeout_ms")}
          />
        )}
      </SimpleGrid>
      {kind === "model" && (
        <Switch
          label={t("providers.legacy")}
          description={t("providers.legacyHint")}
          {...form.getInputProps("legacy_max_tokens", { type: "checkbox" })}
        />
      )}
    </>
  );
}
