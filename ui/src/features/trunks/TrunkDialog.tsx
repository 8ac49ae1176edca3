/** Adds or changes a trunk. A password is written, never shown. */
import {
  Modal,
  NumberInput,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { saveTrunk, trunksQuery } from "@/api/lines";
import { isRefusal } from "@/api/refusal";
import type { Trunk, TrunkWrite } from "@/api/types";
import { DialogFooter } from "@/components/DialogFooter";
import { Refused } from "@/components/Refused";
import { isE164, toE164 } from "@/lib/format/number";

import { TrunkMedia } from "./TrunkMedia";

interface Props {
  trunk: Trunk | "new" | null;
  onClose: () => void;
}

export function TrunkDialog({ trunk, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={trunk !== null}
      onClose={onClose}
      title={t(trunk === "new" ? "trunks.add" : "trunks.edit")}
      size="lg"
    >
      {trunk !== null && <TrunkForm trunk={trunk === "new" ? null : trunk} onClose={onClose} />}
    </Modal>
  );
}

const initial = (trunk: Trunk | null) => ({
  name: trunk?.name ?? "",
  host: trunk?.host ?? "",
  transport: trunk?.transport ?? ("udp" as const),
  domain: trunk?.domain ?? "",
  username: trunk?.username ?? "",
  password: "",
  registers: trunk === null || trunk.register_s !== null,
  register_s: trunk?.register_s ?? 600,
  accept_from: trunk?.accept_from ?? [],
  options_every_s: trunk?.options_every_s ?? 60,
  srtp: trunk?.srtp ?? ("" as const),
  codecs: trunk?.codecs ?? [],
  caller_id: trunk?.caller_id ?? "",
  max_cps: trunk?.max_cps ?? 5,
  max_channels: trunk?.max_channels ?? 100,
  enabled: trunk?.enabled ?? true,
});

export type Values = ReturnType<typeof initial>;

/** The request for these values; what is empty is not set, and an empty password keeps the old one. */
export const toTrunkWrite = ({ registers, ...values }: Values): TrunkWrite => ({
  ...values,
  name: values.name.trim(),
  host: values.host.trim(),
  domain: values.domain.trim() || null,
  username: values.username.trim() || null,
  password: values.password === "" ? null : values.password,
  register_s: registers ? values.register_s : null,
  srtp: values.srtp === "" ? null : values.srtp,
  caller_id: values.caller_id.trim() === "" ? null : toE164(values.caller_id),
});

function TrunkForm({ trunk, onClose }: { trunk: Trunk | null; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm<Values>({
    initialValues: initial(trunk),
    validate: {
      name: (name) => (name.trim() === "" ? t("common.required") : null),
      host: (host) => (/^[^\s/@<>;"]+$/.test(host.trim()) ? null : t("trunks.hostWrong")),
      caller_id: (number) => (number.trim() === "" || isE164(toE164(number)) ? null : t("number.invalid")),
    },
  });
  const save = useMutation({
    mutationFn: (values: Values) => saveTrunk(trunk?.id ?? null, toTrunkWrite(values)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: trunksQuery.queryKey });
      onClose();
    },
    onError: (error) => {
      if (isRefusal(error))
        form.setErrors(Object.fromEntries(error.errors.map(({ field, expected }) => [field, expected])));
    },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        save.mutate(values);
      })}
      noValidate
    >
      <Stack>
        <Refused error={save.error} />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput data-autofocus required label={t("trunks.name")} {...form.getInputProps("name")} />
          <TextInput
            required
            label={t("trunks.host")}
            description={t("trunks.hostHint")}
            {...form.getInputProps("host")}
          />
          <Select
            label={t("trunks.transport")}
            description={t("trunks.transportHint")}
            data={[
              { value: "udp", label: "UDP" },
              { value: "tcp", label: "TCP" },
              { value: "tls", label: "TLS" },
            ]}
            allowDeselect={false}
            {...form.getInputProps("transport")}
          />
          <TextInput
            label={t("trunks.domain")}
            description={t("trunks.domainHint")}
            {...form.getInputProps("domain")}
          />
          <TextInput label={t("trunks.username")} autoComplete="off" {...form.getInputProps("username")} />
          <PasswordInput
            label={t("trunks.password")}
            description={trunk?.has_password === true ? t("trunks.passwordKept") : undefined}
            autoComplete="new-password"
            {...form.getInputProps("password")}
          />
        </SimpleGrid>
        <Switch
          label={t("trunks.registers")}
          description={t("trunks.registersHint")}
          {...form.getInputProps("registers", { type: "checkbox" })}
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {form.values.registers && (
            <NumberInput
              label={t("trunks.registerEvery")}
              min={60}
              max={86400}
              {...form.getInputProps("register_s")}
            />
          )}
          <NumberInput
            label={t("trunks.optionsEvery")}
            description={t("trunks.optionsHint")}
            min={0}
            max={3600}
            {...form.getInputProps("options_every_s")}
          />
          <NumberInput label={t("trunks.cps")} min={1} max={1000} {...form.getInputProps("max_cps")} />
          <NumberInput
            label={t("trunks.channels")}
            min={1}
            max={10000}
            {...form.getInputProps("max_channels")}
          />
          <TextInput
            label={t("trunks.callerId")}
            placeholder="+62215551234"
            {...form.getInputProps("caller_id")}
          />
          <TagsInput
            label={t("trunks.acceptFrom")}
            description={t("trunks.acceptHint")}
            {...form.getInputProps("accept_from")}
          />
        </SimpleGrid>
        <TrunkMedia form={form} />
        <Switch label={t("trunks.enabled")} {...form.getInputProps("enabled", { type: "checkbox" })} />
        <DialogFooter onClose={onClose} saving={save.isPending} />
      </Stack>
    </form>
  );
}
