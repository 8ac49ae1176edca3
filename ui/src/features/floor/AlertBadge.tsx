/** A call's alert in its row: icon, word and colour together; how many there are where there are more. */
import { useTranslation } from "react-i18next";

import type { Alert } from "@/api/types";
import badge from "@/components/StateBadge.module.css";

import { alertIcons, alertTone, shownAlert } from "./alertLooks";
import { useAlertText } from "./useAlertText";

export function AlertBadge({ alerts }: { alerts: readonly Alert[] }) {
  const { t } = useTranslation();
  const textOf = useAlertText();
  const alert = shownAlert(alerts);
  if (alert === undefined) return null;
  const Icon = alertIcons[alert.kind];
  const seen = alert.acknowledged !== null;
  return (
    <span
      className={badge.badge}
      data-tone={seen ? "quiet" : alertTone(alert.kind)}
      title={seen ? t("alerts.seenBy", { name: alert.acknowledged?.name }) : undefined}
    >
      <Icon size={14} stroke={2} aria-hidden />
      {textOf(alert)}
      {alerts.length > 1 && ` +${String(alerts.length - 1)}`}
    </span>
  );
}
