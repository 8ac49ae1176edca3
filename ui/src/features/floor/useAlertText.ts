/** An alert in words: its rule's name, or what it was raised for. */
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { Alert } from "@/api/types";

export function useAlertText(): (alert: Pick<Alert, "kind" | "rule">) => string {
  const { t } = useTranslation();
  return useCallback(({ kind, rule }) => rule ?? t(`alerts.kinds.${kind}`), [t]);
}
