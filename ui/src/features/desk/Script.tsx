/** What the queue wants said, with the call's own names and figures in it. */
import { useTranslation } from "react-i18next";

import classes from "./Desk.module.css";

export function Script({ text }: { text: string | null }) {
  const { t } = useTranslation();
  if (text === null) return null;
  return (
    <details className={classes.script} open>
      <summary className={classes.heading}>{t("desk.script")}</summary>
      <p>{text}</p>
    </details>
  );
}
