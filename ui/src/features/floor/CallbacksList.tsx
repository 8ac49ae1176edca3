/** Callbacks that do not wait in a queue: those a crash left unknown, and those that are for later. */
import { Button, Group } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { callbacksQuery, cancelCallback, settleCallback } from "@/api/queues";
import type { Callback } from "@/api/types";
import { IconAlertTriangle, IconClock, IconPhoneOutgoing } from "@/components/icons";
import { Refused } from "@/components/Refused";
import { showNumber } from "@/lib/format/number";
import { moment } from "@/lib/format/time";

import classes from "./QueuesPane.module.css";
import { useQueueNames } from "./useFloor";

type Act = "reached" | "again" | "closed" | "cancel";

const actsOf: Readonly<Partial<Record<Callback["state"], readonly Act[]>>> = {
  unknown: ["reached", "again", "closed"],
  scheduled: ["again", "cancel"],
};

export function CallbacksList() {
  const { t } = useTranslation();
  const { data, error } = useQuery(callbacksQuery);
  const rows = (data ?? []).filter(({ state }) => actsOf[state] !== undefined);
  const unknown = rows.filter(({ state }) => state === "unknown");
  const later = rows
    .filter(({ state }) => state === "scheduled")
    .sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at));
  if (rows.length === 0) return <Refused error={error} />;
  return (
    <section className={classes.group} aria-labelledby="callbacks">
      <h2 id="callbacks" className={classes.title}>
        {t("callbacks.title")}
        <span className={classes.count} data-tone={unknown.length > 0 ? "wait" : "quiet"}>
          {unknown.length > 0
            ? t("callbacks.toSettle", { count: unknown.length })
            : t("callbacks.later", { count: later.length })}
        </span>
      </h2>
      <Refused error={error} />
      <ul className={classes.callbacks}>
        {[...unknown, ...later].map((callback) => (
          <CallbackRow key={callback.id} callback={callback} />
        ))}
      </ul>
    </section>
  );
}

function CallbackRow({ callback }: { callback: Callback }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const queues = useQueueNames();
  const act = useMutation({
    mutationFn: (what: Act) =>
      what === "cancel" ? cancelCallback(callback.id) : settleCallback(callback.id, what),
    onSettled: () => queries.invalidateQueries({ queryKey: callbacksQuery.queryKey }),
  });
  const name = callback.name ?? showNumber(callback.number);
  const lost = callback.state === "unknown";
  return (
    <li>
      <span>
        <span className={classes.first}>
          <span className={classes.name}>{name}</span>{" "}
          <span className={classes.callback}>
            {lost ? <IconAlertTriangle size={13} aria-hidden /> : <IconClock size={13} aria-hidden />}{" "}
            {t(lost ? "callbacks.unknown" : "callbacks.scheduled")}
          </span>
        </span>{" "}
        <span className={classes.second}>
          {queues.get(callback.queue) ?? t("queues.unknown")} ·{" "}
          {lost
            ? t("callbacks.unknownHint")
            : t("callbacks.dueAt", { time: moment(callback.due_at, i18n.language) })}
          {callback.attempts > 0 && ` · ${t("callbacks.attempts", { count: callback.attempts })}`}
        </span>
      </span>
      <Group gap="xs">
        {actsOf[callback.state]?.map((what) => (
          <Button
            key={what}
            size="compact-sm"
            variant="default"
            loading={act.isPending && act.variables === what}
            {...(what === "again" ? { leftSection: <IconPhoneOutgoing size={14} aria-hidden /> } : {})}
            aria-label={t(`callbacks.actsOf.${what}`, { name })}
            onClick={() => {
              act.mutate(what);
            }}
          >
            {t(`callbacks.acts.${what}`)}
          </Button>
        ))}
      </Group>
      <Refused error={act.error} />
    </li>
  );
}
