/** Trunks and numbers on one screen. */
import { useTranslation } from "react-i18next";

import { Page } from "@/components/Page";
import { NumbersCard } from "@/features/numbers/NumbersCard";
import { TrunksCard } from "@/features/trunks/TrunksCard";

export function LinesScreen() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.lines")}>
      <TrunksCard />
      <NumbersCard />
    </Page>
  );
}
