/** Whom to call into a room. */
import { Button, Checkbox, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Conference, DialIntoConference } from "@/api/types";

interface Props {
  room: Conference | null;
  onDial: (room: Conference, body: DialIntoConference) => void;
  onClose: () => void;
}

export function DialDialog({ room, onDial, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={room !== null}
      onClose={onClose}
      title={t("conferences.dialTitle", { name: room?.name ?? "" })}
      size="sm"
    >
      {room !== null && <Form room={room} onDial={onDial} onClose={onClose} />}
    </Modal>
  );
}

const e164 = /^\+[1-9]\d{6,14}$/u;

function Form({ room, onDial, onClose }: Props & { room: Conference }) {
  const { t } = useTranslation();
  const [to, setTo] = useState("");
  const [name, setName] = useState("");
  const [muted, setMuted] = useState(false);
  const [tried, setTried] = useState(false);
  const number = to.replaceAll(/[\s()-]/gu, "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!e164.test(number)) return;
    const whose = name.trim();
    onDial(room, {
      to: number,
      name: whose === "" ? null : whose,
      muted,
      trunk: null,
      from: null,
      starts: null,
      ends: null,
      beep: null,
    });
    onClose();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          data-autofocus
          type="tel"
          label={t("conferences.dialNumber")}
          placeholder="+1 555 010 0123"
          value={to}
          error={tried && !e164.test(number) ? t("conferences.dialNumberWrong") : null}
          onChange={({ currentTarget }) => {
            setTo(currentTarget.value);
          }}
        />
        <TextInput
          label={t("conferences.dialName")}
          maxLength={200}
          value={name}
          onChange={({ currentTarget }) => {
            setName(currentTarget.value);
          }}
        />
        <Checkbox
          label={t("conferences.dialMuted")}
          checked={muted}
          onChange={({ currentTarget }) => {
            setMuted(currentTarget.checked);
          }}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit">{t("conferences.dialAct")}</Button>
        </Group>
      </Stack>
    </form>
  );
}
