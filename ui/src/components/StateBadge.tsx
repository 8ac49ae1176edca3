/** A call's state: icon, word and colour together. */
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { type CallState, looks } from "./callState";
import classes from "./StateBadge.module.css";

export const StateBadge = memo(function StateBadge({ state }: { state: CallState }) {
  const { t } = useTranslation();
  const { icon: Icon, tone } = looks[state];
  return (
    <span className={classes.badge} data-tone={tone}>
      <Icon size={14} stroke={2} aria-hidden />
      {t(`state.${state}`)}
    </span>
  );
});
