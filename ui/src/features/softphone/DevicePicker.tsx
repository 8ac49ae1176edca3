/** Which microphone and which loudspeaker. */
import { Select, Switch } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { type Device, type PhoneChoice, useHost, usePhone } from "@/host";

export function DevicePicker() {
  const { t } = useTranslation();
  const { phone } = useHost();
  const { status, input, output, plain } = usePhone();
  // Names are given only after the microphone was allowed, so they are read anew with each state.
  const { data } = useQuery({
    queryKey: ["devices", status],
    queryFn: () => phone.devices(),
    staleTime: 0,
    retry: false,
  });
  const choose = useMutation({
    mutationFn: (choice: PhoneChoice) => phone.select(choice),
  });
  const options = (devices: readonly Device[] = []) =>
    devices.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <>
      <Select
        label={t("phone.microphone")}
        placeholder={t("phone.systemDefault")}
        data={options(data?.inputs)}
        value={input}
        comboboxProps={{ withinPortal: false }}
        onChange={(id) => {
          if (id !== null) choose.mutate({ input: id });
        }}
      />
      <Select
        label={t("phone.loudspeaker")}
        placeholder={t("phone.systemDefault")}
        data={options(data?.outputs)}
        value={output}
        comboboxProps={{ withinPortal: false }}
        onChange={(id) => {
          if (id !== null) choose.mutate({ output: id });
        }}
      />
      <Switch
        label={t("phone.clean")}
        description={t("phone.cleanHint")}
        checked={!plain}
        onChange={({ currentTarget }) => {
          choose.mutate({ plain: !currentTarget.checked });
        }}
      />
    </>
  );
}
