/** What came of a provider's last check: icon, word and colour, and why not. */
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { ProviderCheck } from "@/api/types";
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from "@/components/icons";
import badge from "@/components/StateBadge.module.css";
import { moment } from "@/lib/format/time";

export function CheckState({ check }: { check: ProviderCheck | null }) {
  const { t, i18n } = useTranslation();
  if (check === null)
    return (
      <span className={badge.badge} data-tone="quiet">
        <IconCircleDashed size={14} aria-hidden />
        {t("providers.unchecked")}
      </span>
    );
  const Icon = check.ok ? IconCircleCheck : IconAlertTriangle;
  return (
    <>
      <span className={badge.badge} data-tone={check.ok ? "person" : "bad"}>
        <Icon size={14} aria-hidden />
        {check.ok ? t("providers.answers", { ms: check.latency_ms }) : t("providers.fails")}
      </span>
      <Text size="xs" c="dimmed">
        {check.ok ? moment(check.at, i18n.language) : check.message}
      </Text>
    </>
  );
}
