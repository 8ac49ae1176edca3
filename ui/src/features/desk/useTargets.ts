/** Whom a customer can be given to, by what was typed: colleagues, any number, queues, and assistants. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { colleaguesQuery } from "@/api/desk";
import type { Call, Colleague, Transfer } from "@/api/types";
import { isReachable } from "@/components/dial/Person";
import type { Reading } from "@/lib/dial/reading";
import { showNumber } from "@/lib/format/number";

export type Kind = Transfer["kind"];

export interface Target {
  key: string;
  name: string;
  /** Null for the call's own assistant, to whom the floor goes back. */
  to: Transfer["to"] | null;
  person?: Colleague;
  /** Somebody is there to be talked to first. */
  consult: boolean;
  kind: "number" | "person" | "queue" | "assistant";
  disabled: boolean;
}

export interface TargetGroup {
  name: string;
  targets: readonly Target[];
}

export function useTargets(
  call: Call,
  search: string,
  number: Reading | null,
): { groups: TargetGroup[]; error: unknown } {
  const { t } = useTranslation();
  const { data, error } = useQuery(colleaguesQuery);
  const wanted = search.trim().toLocaleLowerCase();
  const fits = ({ name }: { name: string }) => name.toLocaleLowerCase().includes(wanted);
  const people = (data?.people ?? []).filter(fits).map((person) => ({
    key: person.id,
    name: person.name,
    to: { user: person.id },
    person,
    consult: true,
    kind: "person" as const,
    disabled: !isReachable(person),
  }));
  const queues = (data?.queues ?? []).filter(fits).map(({ id, name }) => ({
    key: id,
    name,
    to: { queue: id },
    consult: false,
    kind: "queue" as const,
    disabled: false,
  }));
  const assistants = (data?.assistants ?? []).filter(fits).map(({ id, name }) => ({
    key: id,
    name: id === call.assistant ? t("desk.transfer.before", { name }) : name,
    to: id === call.assistant ? null : { assistant: id },
    consult: false,
    kind: "assistant" as const,
    disabled: false,
  }));
  const outside =
    number === null
      ? []
      : [
          {
            key: number.e164,
            name: showNumber(number.e164),
            to: { number: number.e164 },
            consult: true,
            kind: "number" as const,
            disabled: !number.possible,
          },
        ];
  const groups: TargetGroup[] = [
    { name: t("desk.transfer.groups.number"), targets: outside },
    { name: t("desk.transfer.groups.people"), targets: people },
    { name: t("desk.transfer.groups.queues"), targets: queues },
    { name: t("desk.transfer.groups.assistants"), targets: assistants },
  ];
  return { groups: groups.filter(({ targets }) => targets.length > 0), error };
}
