/** In whose format a webhook is told. */
import { useTranslation } from "react-i18next";

import type { Contract } from "@/api/types";

export function useFormatName(): (contract: Contract | null | undefined) => string {
  const { t } = useTranslation();
  return (contract) => (contract == null ? t("webhooks.own") : t("webhooks.formatOf", { contract }));
}
