/** A telephone number that is called by a click on it. */
import { useTranslation } from "react-i18next";

import classes from "./Dial.module.css";
import { isE164, showNumber } from "@/lib/format/number";
import { openDialog } from "@/lib/opener";

import { IconPhone } from "../icons";

export function DialNumber({ number }: { number: string }) {
  const { t } = useTranslation();
  const shown = showNumber(number);
  // What came without a number, or from another telephone's name, cannot be called back.
  if (!isE164(number)) return shown;
  return (
    <button
      type="button"
      className={classes.number}
      title={t("dial.callNumber", { number: shown })}
      aria-label={t("dial.callNumber", { number: shown })}
      onClick={(event) => {
        event.stopPropagation();
        openDialog({ kind: "dial", to: number, atOnce: true });
      }}
    >
      {shown} <IconPhone size={14} aria-hidden />
    </button>
  );
}
