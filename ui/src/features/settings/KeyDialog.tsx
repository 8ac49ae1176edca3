/** Makes a key and shows its secret, this once. */
import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { createKey, keysQuery } from "@/api/people";
import { sessionQuery } from "@/api/session";
import type { Role } from "@/api/types";
import { Refused } from "@/components/Refused";
import { SecretOnce } from "@/components/SecretOnce";
import { rolesUpTo } from "@/lib/roles";

/** Our own API, in the list of what a key may be for. */
const OWN = "own";
const CONTRACTS = ["sauti", "va", "voice", "audatec", "sautikit"] as const;

interface Props {
  opened: boolean;
  onClose: () => void;
}

export function KeyDialog({ opened, onClose }: Props) {
  const { t } = useTranslation();
  // A click beside the dialog must not lose a secret that cannot be shown again.
  return (
    <Modal opened={opened} onClose={onClose} title={t("apiKeys.add")} closeOnClickOutside={false}>
      {opened && <KeyForm onClose={onClose} />}
    </Modal>
  );
}

function KeyForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data: me } = useQuery(sessionQuery);
  const form = useForm({
    initialValues: { name: "", role: "supervisor" as Role, contract: OWN },
    validate: { name: (name) => (name.trim() === "" ? t("common.required") : null) },
  });
  const make = useMutation({
    mutationFn: createKey,
    onSuccess: () => queries.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
  if (make.data !== undefined) {
    return <SecretOnce secret={make.data.secret} hint={t("apiKeys.header")} onClose={onClose} />;
  }
  return (
    <form
      onSubmit={form.onSubmit(({ name, role, contract }) => {
        const published = CONTRACTS.find((one) => one === contract);
        make.mutate({ name: name.trim(), role, ...(published === undefined ? {} : { contract: published }) });
      })}
      noValidate
    >
      <Stack>
        <Refused error={make.error} />
        <TextInput
          data-autofocus
          required
          label={t("apiKeys.name")}
          description={t("apiKeys.nameHint")}
          {...form.getInputProps("name")}
        />
        <Select
          label={t("people.role")}
          description={t(`role.${form.values.role}Hint`)}
          allowDeselect={false}
          data={rolesUpTo(me?.role ?? "agent").map((role) => ({ value: role, label: t(`role.${role}`) }))}
          {...form.getInputProps("role")}
        />
        <Select
          label={t("apiKeys.contract")}
          description={t("apiKeys.contractHint")}
          allowDeselect={false}
          data={[
            { value: OWN, label: t("apiKeys.own") },
            ...CONTRACTS.map((contract) => ({ value: contract, label: t(`apiKeys.contracts.${contract}`) })),
          ]}
          {...form.getInputProps("contract")}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={make.isPending}>
            {t("apiKeys.make")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
