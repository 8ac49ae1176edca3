/** At wrap-up: the customer is to be called back, at a time, by this agent or by anybody of the queue. */
import { Button, Checkbox, Group, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createCallback } from "@/api/queues";
import type { Call } from "@/api/types";
import { customerNumber } from "@/components/callState";
import { IconClock, IconPhoneOutgoing } from "@/components/icons";
import { Refused } from "@/components/Refused";
import { moment } from "@/lib/format/time";

import { who } from "./who";

interface Props {
  call: Call;
  queue: string;
  me: string;
}

/** `2027-01-31T09:30`, as an input of the browser's has it, an hour from now. */
const inAnHour = (): string => {
  const then = new Date(Date.now() + 3_600_000);
  return new Date(then.getTime() - then.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

export function CallbackLater({ call, queue, me }: Props) {
  const { t, i18n } = useTranslation();
  const [when, setWhen] = useState<string | null>(null);
  const [mine, setMine] = useState(true);
  const [note, setNote] = useState("");
  const save = useMutation({
    mutationFn: (at: string) =>
      createCallback({
        queue,
        number: customerNumber(call),
        name: call.customer_name,
        due_at: new Date(at).toISOString(),
        agent: mine ? me : null,
        asked_in: call.id,
        note,
      }),
    onSuccess: () => {
      setWhen(null);
    },
  });
  const saved = save.data;
  if (when === null) {
    return (
      <Group gap="sm">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconClock size={16} aria-hidden />}
          onClick={() => {
            setWhen(inAnHour());
          }}
        >
          {t("desk.wrapUp.callback.add")}
        </Button>
        <span role="status">
          {saved !== undefined &&
            t("desk.wrapUp.callback.saved", { name: who(call), time: moment(saved.due_at, i18n.language) })}
        </span>
      </Group>
    );
  }
  return (
    <div role="group" aria-label={t("desk.wrapUp.callback.add")}>
      <Group align="flex-end" gap="sm">
        <TextInput
          type="datetime-local"
          label={t("desk.wrapUp.callback.when")}
          value={when}
          onChange={({ currentTarget }) => {
            setWhen(currentTarget.value);
          }}
        />
        <TextInput
          label={t("desk.wrapUp.callback.note")}
          maxLength={1000}
          value={note}
          onChange={({ currentTarget }) => {
            setNote(currentTarget.value);
          }}
        />
        <Button
          variant="default"
          disabled={when === ""}
          loading={save.isPending}
          leftSection={<IconPhoneOutgoing size={16} aria-hidden />}
          onClick={() => {
            save.mutate(when);
          }}
        >
          {t("desk.wrapUp.callback.save")}
        </Button>
        <Button
          variant="subtle"
          onClick={() => {
            setWhen(null);
          }}
        >
          {t("common.cancel")}
        </Button>
      </Group>
      <Checkbox
        mt="xs"
        label={t("desk.wrapUp.callback.mine")}
        checked={mine}
        onChange={({ currentTarget }) => {
          setMine(currentTarget.checked);
        }}
      />
      <Refused error={save.error} />
    </div>
  );
}
