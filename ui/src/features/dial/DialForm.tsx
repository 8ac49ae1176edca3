/** The dial field: a number of any spelling, or a colleague's name. */
import { Button, Group, Select, Stack, TextInput, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { colleaguesQuery } from "@/api/desk";
import { attention } from "@/components/attention";
import { IconPhone } from "@/components/icons";
import { Refused } from "@/components/Refused";
import { closeDialog } from "@/lib/opener";
import { load, save } from "@/lib/storage";

import classes from "@/components/dial/Dial.module.css";
import { NumberPreview } from "@/components/dial/NumberPreview";
import { isReachable, PersonState } from "@/components/dial/Person";
import { useDial } from "./useDial";
import { useReading } from "@/components/dial/useReading";

interface Props {
  number: string;
  /** Somebody clicked on this very number: where nothing speaks against it, it is called at once. */
  atOnce: boolean;
}

const mostPeople = 8;
const queueKey = "dialQueue";

export function DialForm({ number, atOnce }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(number);
  const [wrong, setWrong] = useState(false);
  const { data: colleagues } = useQuery(colleaguesQuery);
  const queues = colleagues?.queues ?? [];
  const [kept, setKept] = useState(() => load<string | null>(queueKey, null));
  const queue = queues.some(({ id }) => id === kept) ? kept : null;
  const called = useReading(typed);
  const { reading, outside } = called;
  const call = useDial(closeDialog);
  const { mutate } = call;
  const begun = useRef(false);
  const field = useRef<HTMLInputElement>(null);
  // The dialog gave its focus away while this form was still being loaded.
  useEffect(() => {
    field.current?.focus();
  }, []);
  const target = atOnce && reading?.possible === true && outside === "no" ? reading.e164 : null;
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    if (target !== null) mutate({ to: target, queue: kept });
  }, [target, kept, mutate]);
  const name = typed.trim().toLocaleLowerCase();
  const people =
    reading !== null
      ? []
      : (colleagues?.people ?? [])
          .filter((person) => person.name.toLocaleLowerCase().includes(name))
          .slice(0, mostPeople);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [person] = people;
    const to = reading?.e164 ?? (name !== "" && people.length === 1 ? person?.id : undefined);
    setWrong(to === undefined);
    if (to !== undefined && !call.isPending) mutate({ to, queue: reading === null ? null : queue });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <Refused error={call.error} />
        <TextInput
          ref={field}
          data-autofocus
          type="tel"
          autoComplete="off"
          label={t("dial.field")}
          description={t("dial.fieldHint")}
          error={wrong && t("dial.wrong")}
          value={typed}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value);
            setWrong(false);
          }}
        />
        <NumberPreview called={called} />
        {people.length > 0 && (
          <ul className={classes.people} aria-label={t("dial.colleagues")}>
            {people.map((person) => (
              <li key={person.id}>
                <UnstyledButton
                  className={classes.person}
                  disabled={!isReachable(person) || call.isPending}
                  onClick={() => {
                    mutate({ to: person.id, queue: null });
                  }}
                >
                  {person.name} <PersonState person={person} />
                </UnstyledButton>
              </li>
            ))}
          </ul>
        )}
        {queues.length > 0 && reading !== null && (
          <Select
            clearable
            label={t("dial.queue")}
            description={t("dial.queueHint")}
            placeholder={t("dial.noQueue")}
            data={queues.map(({ id, name: label }) => ({ value: id, label }))}
            value={queue}
            onChange={(id) => {
              setKept(id);
              save(queueKey, id);
            }}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={closeDialog}>
            {t("common.cancel")}
          </Button>
          <Button
            type="submit"
            color={outside === "no" ? "teal.9" : attention}
            leftSection={<IconPhone size={17} aria-hidden />}
            loading={call.isPending}
          >
            {t(reading !== null && outside !== "no" ? "dial.callAnyway" : "dial.call")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
