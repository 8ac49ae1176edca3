/** Adds or changes a number of ours and where its calls go. */
import { Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { assistantsQuery } from "@/api/assistants";
import { numbersQuery, saveNumber, trunksQuery } from "@/api/lines";
import { usersQuery } from "@/api/people";
import { queuesQuery } from "@/api/queues";
import { isRefusal } from "@/api/refusal";
import { sessionQuery } from "@/api/session";
import type { NumberWrite, OurNumber } from "@/api/types";
import { DialogFooter } from "@/components/DialogFooter";
import { NumberInputField } from "@/components/NumberInputField";
import { Refused } from "@/components/Refused";
import { isE164, toE164 } from "@/lib/format/number";
import { isAtLeast } from "@/lib/roles";

interface Props {
  number: OurNumber | "new" | null;
  onClose: () => void;
}

export function NumberDialog({ number, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={number !== null}
      onClose={onClose}
      title={t(number === "new" ? "numbers.add" : "numbers.edit")}
    >
      {number !== null && <NumberForm number={number === "new" ? null : number} onClose={onClose} />}
    </Modal>
  );
}

type Route = NonNullable<OurNumber["route"]>;

/** What is chosen where a number's route is more than somebody: it stays as it is. */
const KEPT = "kept";

/** Whether a route is an assistant, a person or a queue and no more. */
export const isPlain = (route: Route): boolean =>
  route.kind === "assistant" ||
  ((route.kind === "person" || route.kind === "queue") && route.otherwise === null);

/** `assistant:id`, `person:id`, `queue:id`, `kept` or nothing, as the one list of destinations has it. */
export function routeKey(route: OurNumber["route"]): string | null {
  if (route === null) return null;
  if (route.kind === "assistant") return `assistant:${route.assistant}`;
  if (!isPlain(route)) return KEPT;
  return route.kind === "queue"
    ? `queue:${route.queue}`
    : route.kind === "person"
      ? `person:${route.user}`
      : KEPT;
}

export function routeFrom(
  key: string | null,
  present: OurNumber["route"] = null,
): NonNullable<NumberWrite["route"]> | null {
  if (key === null) return null;
  if (key === KEPT) return present;
  const id = key.slice(key.indexOf(":") + 1);
  if (key.startsWith("queue:")) return { kind: "queue", queue: id };
  return key.startsWith("assistant:") ? { kind: "assistant", assistant: id } : { kind: "person", user: id };
}

function NumberForm({ number, onClose }: { number: OurNumber | null; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data: trunks = [] } = useQuery(trunksQuery);
  const routes = useRoutes(number?.route ?? null);
  const form = useForm({
    initialValues: {
      number: number?.number ?? "",
      label: number?.label ?? "",
      trunk: number?.trunk ?? null,
      route: routeKey(number?.route ?? null),
    },
    validate: { number: (value) => (isE164(toE164(value)) ? null : t("number.invalid")) },
  });
  const trunk = form.values.trunk ?? trunks[0]?.id;
  const save = useMutation({
    mutationFn: ({ number: typed, label, route }: typeof form.values) =>
      saveNumber(number?.id ?? null, {
        number: toE164(typed),
        label,
        trunk: trunk ?? "",
        route: routeFrom(route, number?.route),
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: numbersQuery.queryKey });
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
        <NumberInputField
          data-autofocus
          required
          label={t("numbers.number")}
          {...form.getInputProps("number")}
        />
        <TextInput label={t("numbers.label")} {...form.getInputProps("label")} />
        <Select
          label={t("numbers.trunk")}
          allowDeselect={false}
          data={trunks.map(({ id, name }) => ({ value: id, label: name }))}
          error={trunks.length === 0 ? t("numbers.trunkFirst") : null}
          value={trunk ?? null}
          onChange={(id) => {
            form.setFieldValue("trunk", id);
          }}
        />
        <Select
          label={t("numbers.route")}
          placeholder={t("numbers.unrouted")}
          clearable
          searchable
          data={routes}
          {...form.getInputProps("route")}
        />
        <DialogFooter onClose={onClose} saving={save.isPending} disabled={trunk === undefined} />
      </Stack>
    </form>
  );
}

function useRoutes(present: OurNumber["route"]) {
  const { t } = useTranslation();
  const { data: me } = useQuery(sessionQuery);
  const { data: assistants = [] } = useQuery(assistantsQuery);
  const { data: queues = [] } = useQuery(queuesQuery);
  const { data: users = [] } = useQuery({ ...usersQuery, enabled: me ? isAtLeast(me.role, "admin") : false });
  const kept = present !== null && !isPlain(present);
  return [
    {
      group: t("numbers.route"),
      items: kept ? [{ value: KEPT, label: t(`numbers.kinds.${present.kind}`) }] : [],
    },
    {
      group: t("nav.assistants"),
      items: assistants.map(({ id, name }) => ({ value: `assistant:${id}`, label: name })),
    },
    {
      group: t("numbers.queues"),
      items: queues.map(({ id, name }) => ({ value: `queue:${id}`, label: name })),
    },
    {
      group: t("settings.people"),
      items: users.map(({ id, name }) => ({ value: `person:${id}`, label: name })),
    },
  ].filter(({ items }) => items.length > 0);
}
