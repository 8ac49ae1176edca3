/** Gives the customer to somebody: who, and whether one talks to them first. */
import {
  Button,
  Checkbox,
  Group,
  Modal,
  Radio,
  SegmentedControl,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { handBack } from "@/api/calls";
import { transfer } from "@/api/desk";
import type { Call } from "@/api/types";
import { IconRobot, IconStack2 } from "@/components/icons";
import { Refused } from "@/components/Refused";
import dialClasses from "@/components/dial/Dial.module.css";
import { NumberPreview } from "@/components/dial/NumberPreview";
import { PersonState } from "@/components/dial/Person";
import { useReading } from "@/components/dial/useReading";

import { ActFailed } from "./ActFailed";
import classes from "./Desk.module.css";
import { type Kind, type Target, useTargets } from "./useTargets";
import { who } from "./who";

interface Props {
  call: Call;
  opened: boolean;
  onClose: () => void;
}

export function TransferDialog({ call, opened, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t("desk.transfer.title", { name: who(call) })} size="md">
      {opened && <TransferForm call={call} onClose={onClose} />}
    </Modal>
  );
}

function TransferForm({ call, onClose }: { call: Call; onClose: () => void }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const [kind, setKind] = useState<Kind>("consult");
  const [keepWait, setKeepWait] = useState(true);
  const [note, setNote] = useState("");
  const [wrong, setWrong] = useState(false);
  const called = useReading(search);
  const { groups, error: unread } = useTargets(call, search, called.reading);
  const all = groups.flatMap(({ targets }) => targets);
  // Whoever types a name and presses Enter means the first that fits.
  const target =
    all.find(({ key, disabled }) => key === chosen && !disabled) ??
    (search.trim() === "" ? undefined : all.find(({ disabled }) => !disabled));
  const talks = target?.consult ?? true;
  const give = useMutation({
    mutationFn: ({ to, kind: what }: Target) =>
      to === null
        ? handBack(call.id, call.floor.version, note)
        : transfer(call.id, {
            to,
            kind: talks ? kind : "blind",
            ...(what === "queue" ? { keep_wait: keepWait } : {}),
            ...(what === "assistant" ? { note: note.trim() || null } : {}),
          }),
    onSuccess: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWrong(target === undefined);
    if (target !== undefined && !give.isPending) give.mutate(target);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <ActFailed error={give.error} call={call} />
        <Refused error={unread} />
        <TextInput
          data-autofocus
          autoComplete="off"
          label={t("desk.transfer.search")}
          description={t("desk.transfer.searchHint")}
          error={wrong && t("desk.transfer.nobody")}
          value={search}
          onChange={({ currentTarget }) => {
            setSearch(currentTarget.value);
            setChosen(null);
            setWrong(false);
          }}
        />
        <NumberPreview called={called} />
        <Radio.Group
          aria-label={t("desk.transfer.target")}
          value={target?.key ?? null}
          onChange={(key) => {
            setChosen(key);
            setWrong(false);
          }}
        >
          <div className={classes.targets}>
            {groups.map(({ name, targets }) => (
              <div key={name} role="group" aria-label={name}>
                <p className={classes.heading}>{name}</p>
                {targets.map((one) => (
                  <Radio
                    key={one.key}
                    value={one.key}
                    disabled={one.disabled}
                    styles={{ body: { alignItems: "center" }, labelWrapper: { flex: 1 } }}
                    label={
                      <span className={dialClasses.person}>
                        {one.kind === "queue" && <IconStack2 size={16} aria-hidden />}
                        {one.kind === "assistant" && <IconRobot size={16} aria-hidden />}
                        {one.name}
                        {one.person !== undefined && <PersonState person={one.person} />}
                      </span>
                    }
                  />
                ))}
              </div>
            ))}
          </div>
        </Radio.Group>
        <SegmentedControl
          aria-label={t("desk.transfer.kind")}
          disabled={!talks}
          value={talks ? kind : "blind"}
          onChange={setKind}
          data={[
            { value: "consult", label: t("desk.transfer.consult") },
            { value: "blind", label: t("desk.transfer.blind") },
          ]}
        />
        {target?.kind === "queue" && (
          <Checkbox
            label={t("desk.transfer.keepWait")}
            description={t("desk.transfer.keepWaitHint")}
            checked={keepWait}
            onChange={({ currentTarget }) => {
              setKeepWait(currentTarget.checked);
            }}
          />
        )}
        {target?.kind === "assistant" && (
          <Textarea
            autosize
            minRows={2}
            maxRows={6}
            maxLength={1000}
            label={t("desk.transfer.note")}
            description={t("desk.transfer.noteHint")}
            value={note}
            onChange={({ currentTarget }) => {
              setNote(currentTarget.value);
            }}
          />
        )}
        <p className={classes.hint} role="status">
          {t(
            talks
              ? `desk.transfer.${kind}Hint`
              : target?.kind === "queue"
                ? "desk.transfer.onlyQueue"
                : "desk.transfer.onlyBlind",
            { customer: who(call) },
          )}
        </p>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={give.isPending}>
            {target === undefined
              ? t("desk.transfer.do")
              : t(talks && kind === "consult" ? "desk.transfer.ask" : "desk.transfer.give", {
                  name: target.name,
                })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
