/** The floor: every live call on the left, the chosen one on the right. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { EmptyState } from "@/components/EmptyState";
import { IconEar } from "@/components/icons";

import { CallList } from "./CallList";
import { CallPanel } from "./CallPanel";
import classes from "./FloorScreen.module.css";

export function FloorScreen() {
  const { t } = useTranslation();
  const { call } = useSearch({ from: "/floor" });
  const navigate = useNavigate();
  const choose = useCallback(
    (id: string | undefined) => void navigate({ to: "/floor", search: { call: id }, replace: true }),
    [navigate],
  );
  return (
    <div className={classes.floor} data-chosen={call !== undefined || undefined}>
      <h1 className="visually-hidden">{t("nav.floor")}</h1>
      <CallList chosen={call} onChoose={choose} />
      <section className={classes.panel} aria-label={t("floor.panel")}>
        {call === undefined ? (
          <EmptyState
            icon={<IconEar size={34} stroke={1.4} />}
            title={t("floor.chooseTitle")}
            hint={t("floor.chooseHint")}
          />
        ) : (
          <CallPanel key={call} id={call} onClose={choose} />
        )}
      </section>
    </div>
  );
}
