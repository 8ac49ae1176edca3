/** Adds a person, or changes one. */
import { Modal, PasswordInput, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { createUser, updateUser, usersQuery } from "@/api/people";
import { isRefusal } from "@/api/refusal";
import { sessionQuery } from "@/api/session";
import type { Role, User } from "@/api/types";
import { DialogFooter } from "@/components/DialogFooter";
import { Refused } from "@/components/Refused";
import { rolesUpTo } from "@/lib/roles";

const shortestPassword = 10;

interface Props {
  person: User | "new" | null;
  onClose: () => void;
}

export function PersonDialog({ person, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={person !== null}
      onClose={onClose}
      title={t(person === "new" ? "people.add" : "people.edit")}
    >
      {person !== null && <PersonForm person={person === "new" ? null : person} onClose={onClose} />}
    </Modal>
  );
}

function PersonForm({ person, onClose }: { person: User | null; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data: me } = useQuery(sessionQuery);
  const form = useForm({
    initialValues: {
      email: person?.email ?? "",
      name: person?.name ?? "",
      role: person?.role ?? ("supervisor" as Role),
      password: "",
      enabled: person?.enabled ?? true,
    },
    validate: {
      email: (email) => (person !== null || /^\S+@\S+$/.test(email.trim()) ? null : t("people.emailWrong")),
      name: (name) => (name.trim() === "" ? t("common.required") : null),
      password: (password) =>
        (person !== null && password === "") || password.length >= shortestPassword
          ? null
          : t("people.passwordShort", { count: shortestPassword }),
    },
  });
  const save = useMutation({
    mutationFn: ({ email, name, role, password, enabled }: typeof form.values) =>
      person === null
        ? createUser({ email: email.trim(), name: name.trim(), role, password })
        : updateUser(person.id, {
            name: name.trim(),
            role,
            enabled,
            ...(password === "" ? {} : { password }),
          }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: usersQuery.queryKey });
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
        <TextInput data-autofocus required label={t("people.name")} {...form.getInputProps("name")} />
        <TextInput
          required
          type="email"
          label={t("people.email")}
          disabled={person !== null}
          autoComplete="off"
          {...form.getInputProps("email")}
        />
        <Select
          label={t("people.role")}
          description={t(`role.${form.values.role}Hint`)}
          allowDeselect={false}
          data={rolesUpTo(me?.role ?? "agent").map((role) => ({ value: role, label: t(`role.${role}`) }))}
          {...form.getInputProps("role")}
        />
        <PasswordInput
          required={person === null}
          label={t(person === null ? "people.password" : "people.newPassword")}
          description={t("people.passwordHint", { count: shortestPassword })}
          autoComplete="new-password"
          {...form.getInputProps("password")}
        />
        {person !== null && (
          <Switch label={t("people.maySignIn")} {...form.getInputProps("enabled", { type: "checkbox" })} />
        )}
        <DialogFooter onClose={onClose} saving={save.isPending} />
      </Stack>
    </form>
  );
}
