/** How loud it is right now; drawn without React, ten times a second would be too much for it. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { useHost } from "@/host";

import classes from "./LevelMeter.module.css";

interface Props {
  side: "input" | "output";
  width?: number;
  labelled?: boolean;
}

/** Loudness (0 to 1) as a share of the meter: 50 dB from end to end. */
export const share = (level: number): number =>
  level <= 0 ? 0 : Math.min(1, Math.max(0, 1 + (20 * Math.log10(level)) / 50));

export function LevelMeter({ side, width, labelled = false }: Props) {
  const { t } = useTranslation();
  const { phone } = useHost();
  const bar = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      phone.onLevel((level) => {
        if (bar.current !== null) bar.current.style.transform = `scaleX(${String(share(level[side]))})`;
      }),
    [phone, side],
  );
  const meter = (
    <div className={classes.meter} style={{ width }} aria-hidden>
      <div ref={bar} className={classes.bar} />
    </div>
  );
  if (!labelled) return meter;
  return (
    <div className={classes.labelled}>
      <span>{t(`phone.level.${side}`)}</span>
      {meter}
    </div>
  );
}
