/** The alerts of the chosen call, each to be seen to. */
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { acknowledgeAlert } from "@/api/alerts";
import type { Alert } from "@/api/types";
import { IconCheck } from "@/components/icons";
import { Refused } from "@/components/Refused";
import { duration } from "@/lib/format/time";

import { alertIcons, alertTone } from "./alertLooks";
import classes from "./CallAlerts.module.css";
import { useAlertText } from "./useAlertText";

export function CallAlerts({ alerts }: { alerts: readonly Alert[] }) {
  const { t } = useTranslation();
  const textOf = useAlertText();
  const see = useMutation({ mutationFn: acknowledgeAlert });
  if (alerts.length === 0) return null;
  return (
    <section className={classes.alerts} aria-label={t("alerts.ofCall")}>
      <Refused error={see.error} />
      <ul>
        {alerts.toReversed().map((alert) => {
          const Icon = alertIcons[alert.kind];
          const seen = alert.acknowledged;
          return (
            <li key={alert.id} data-tone={seen === null ? alertTone(alert.kind) : "quiet"}>
              <Icon size={16} aria-hidden />
              <b>{textOf(alert)}</b>
              {alert.side !== null && <span>{t(`alerts.saidBy.${alert.side}`)}</span>}
              <time>{duration(alert.at_ms)}</time>
              {seen === null ? (
                <Button
                  size="compact-xs"
                  variant="default"
                  leftSection={<IconCheck size={14} aria-hidden />}
                  aria-label={t("alerts.seeTo", { what: textOf(alert) })}
                  loading={see.isPending && see.variables === alert.id}
                  onClick={() => {
                    see.mutate(alert.id);
                  }}
                >
                  {t("alerts.acknowledge")}
                </Button>
              ) : (
                <span className={classes.seen}>{t("alerts.seenBy", { name: seen.name })}</span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
