/** How well callers are served, in four figures: service level, ASA, abandonment and AHT. */
import { useTranslation } from "react-i18next";

import type { QueueFigures } from "@/api/types";

import { showFigure } from "@/lib/format/figure";

import classes from "./ServiceLevel.module.css";

interface Props {
  figures: QueueFigures;
  /** Whose figures they are; today's where absent. */
  label?: string;
}

export function ServiceLevel({ figures, label }: Props) {
  const { t, i18n } = useTranslation();
  const shown = [
    {
      key: "level",
      name: t("reports.figures.level"),
      short: t("reports.figures.level"),
      kind: "percent",
      value: figures.service_level_percent,
    },
    {
      key: "asa",
      name: t("reports.figures.asaLong"),
      short: t("reports.figures.asa"),
      kind: "time",
      value: figures.asa_ms,
    },
    {
      key: "abandon",
      name: t("reports.figures.abandon"),
      short: t("reports.figures.abandon"),
      kind: "percent",
      value: figures.abandon_percent,
    },
    {
      key: "aht",
      name: t("reports.figures.ahtLong"),
      short: t("reports.figures.aht"),
      kind: "time",
      value: figures.aht_ms,
    },
  ] as const;
  return (
    <div role="group" aria-label={label ?? t("reports.today")} className={classes.figures}>
      {shown.map(({ key, name, short, kind, value }) => {
        const text = showFigure(value, kind, i18n.language);
        const said = value === null ? t("reports.figures.nothing") : text;
        return (
          <div key={key} role="img" aria-label={`${name}: ${said}`} title={name} className={classes.figure}>
            <small>{short}</small>
            <strong>{text}</strong>
          </div>
        );
      })}
    </div>
  );
}
