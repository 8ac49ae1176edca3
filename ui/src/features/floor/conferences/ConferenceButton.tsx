/** Takes the chosen call into a conference, or out of the one it is in. */
import { Autocomplete, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { conferencesQuery, joinConference, leaveConference } from "@/api/conferences";
import type { LiveCall } from "@/api/types";
import { IconUsersGroup } from "@/components/icons";
import { Refused } from "@/components/Refused";
import { Shortcut } from "@/components/Shortcut";
import { getBindings } from "@/lib/keys/bindings";
import { useKeys } from "@/lib/keys/useKeys";

export function ConferenceButton({ live: { call } }: { live: LiveCall }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const { data: rooms } = useQuery(conferencesQuery);
  // The list is read again with every event of a conference; the call's own row is not.
  const room = rooms?.find(({ members }) => members.some((member) => member.call === call.id));
  const leaving = useMutation({ mutationFn: () => leaveConference(call.id) });
  const can = call.status === "in_progress";
  const press = () => {
    if (!can) return;
    if (room === undefined) setOpened(true);
    else leaving.mutate();
  };
  useKeys({ conference: press });
  return (
    <>
      <Button
        variant={room === undefined ? "default" : "filled"}
        disabled={!can}
        leftSection={<IconUsersGroup size={17} aria-hidden />}
        rightSection={<Shortcut name="conference" />}
        aria-keyshortcuts={getBindings().keys.conference}
        title={t("conferences.joinHint")}
        onClick={press}
      >
        {room === undefined ? t("conferences.join") : t("conferences.leave", { name: room.name })}
      </Button>
      {leaving.error !== null && <Refused error={leaving.error} />}
      <Modal
        opened={opened}
        onClose={() => {
          setOpened(false);
        }}
        title={t("conferences.joinTitle")}
        size="sm"
      >
        <JoinForm
          call={call.id}
          names={rooms?.map(({ name }) => name) ?? []}
          onClose={() => {
            setOpened(false);
          }}
        />
      </Modal>
    </>
  );
}

function JoinForm({ call, names, onClose }: { call: string; names: string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(names[0] ?? "");
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      joinConference(call, {
        name: name.trim(),
        starts: null,
        ends: null,
        muted: null,
        beep: null,
        wait: null,
        after: null,
        record: null,
      }),
    onSuccess: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">{t("conferences.joinText")}</Text>
        <Autocomplete
          data-autofocus
          label={t("conferences.joinName")}
          maxLength={100}
          data={names}
          value={name}
          onChange={setName}
        />
        {error !== null && <Refused error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={isPending} disabled={name.trim() === ""}>
            {t("conferences.joinAct")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
