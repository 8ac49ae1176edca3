/** How a typed number is understood: its international form, its country and the time there, with a word of warning. */
import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { IconMoon } from "../icons";
import { countryName, hours } from "@/lib/dial/reading";
import { showNumber } from "@/lib/format/number";

import classes from "./Dial.module.css";
import { LocalTime, useClockText } from "./LocalTime";
import type { Called } from "./useReading";

export function NumberPreview({ called: { reading, clocks, outside } }: { called: Called }) {
  const { t, i18n } = useTranslation();
  const text = useClockText();
  return (
    <>
      <p className={classes.preview} role="status">
        {reading !== null && (
          <>
            <b>{showNumber(reading.e164)}</b>
            {reading.country !== null && <span>{countryName(reading.country, i18n.language)}</span>}
            <LocalTime number={reading.e164} />
            {!reading.possible && <span data-tone="wait">{t("dial.unlikely")}</span>}
          </>
        )}
      </p>
      {reading !== null && outside !== "no" && (
        <Alert
          color="orange"
          variant="light"
          icon={<IconMoon size={18} />}
          title={t(`dial.outside.${outside}`, { time: text(clocks) })}
          styles={{ title: { color: "var(--wait)" }, message: { color: "var(--ink)" } }}
        >
          {t("dial.outsideHint", { from: hours.from, to: hours.to })}
        </Alert>
      )}
    </>
  );
}
