/** Lets a simulated customer call one of our numbers. */
import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { numbersQuery } from "@/api/lines";
import { callIn, sandboxQuery } from "@/api/sandbox";
import { NumberInputField } from "@/components/NumberInputField";
import { Refused } from "@/components/Refused";
import { isE164, showNumber, toE164 } from "@/lib/format/number";
import { closeDialog, useOpenDialog } from "@/lib/opener";

export function CallInDialog() {
  const { t } = useTranslation();
  const dialog = useOpenDialog();
  return (
    <Modal opened={dialog.kind === "callIn"} onClose={closeDialog} title={t("callIn.title")}>
      {dialog.kind === "callIn" && <CallInForm to={dialog.to} />}
    </Modal>
  );
}

function CallInForm({ to }: { to: string | undefined }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: customers } = useQuery(sandboxQuery);
  const { data: numbers = [] } = useQuery(numbersQuery);
  const form = useForm({
    initialValues: { from: "", to: to ?? "" },
    validate: { from: (number) => (isE164(toE164(number)) ? null : t("number.invalid")) },
  });
  const ours = form.values.to || numbers[0]?.number;
  const call = useMutation({
    mutationFn: (from: string) => callIn(toE164(from), ours ?? ""),
    onSuccess: () => {
      closeDialog();
      void navigate({ to: "/floor", search: {} });
    },
  });
  return (
    <form
      onSubmit={form.onSubmit(({ from }) => {
        call.mutate(from);
      })}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t("callIn.text")}
        </Text>
        <Refused error={call.error} />
        <NumberInputField
          data-autofocus
          label={t("callIn.from")}
          suggestions={customers ?? []}
          {...form.getInputProps("from")}
        />
        <Select
          label={t("callIn.to")}
          data={numbers.map(({ number, label }) => ({
            value: number,
            label: label === "" ? showNumber(number) : `${showNumber(number)} · ${label}`,
          }))}
          allowDeselect={false}
          {...form.getInputProps("to")}
          value={ours ?? null}
          error={numbers.length === 0 ? t("callIn.noNumbers") : null}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={closeDialog}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={call.isPending} disabled={ours === undefined}>
            {t("callIn.call")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
