/** What came of a call, in words; says so where a person should look. */
import { Badge, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Outcome } from "@/api/types";

import { IconAlertTriangle } from "./icons";

/** `promise_to_pay` as “Promise to pay”: the vocabulary is open, so unknown words have to read well too. */
export function words(disposition: string): string {
  const text = disposition.replaceAll("_", " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function Disposition({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation();
  return (
    <Group gap={6} wrap="nowrap">
      <span>{words(outcome.disposition)}</span>
      {outcome.needs_review && (
        <Badge
          color="var(--wait)"
          variant="outline"
          leftSection={<IconAlertTriangle size={12} aria-hidden />}
          styles={{ label: { textTransform: "none" } }}
        >
          {t("outcome.needsReview")}
        </Badge>
      )}
    </Group>
  );
}
