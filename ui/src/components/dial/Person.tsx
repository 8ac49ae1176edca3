/** What a colleague is at, as whoever wants to call them sees it: icon, word and colour. */
import { useTranslation } from "react-i18next";

import type { Colleague } from "@/api/types";
import type { Tone } from "../callState";
import { IconCircleCheck, IconCircleDashed, IconHeadset, IconPhoneOff } from "../icons";

import classes from "./Dial.module.css";

const looks: Readonly<Record<Colleague["state"] | "no_phone", { icon: typeof IconHeadset; tone: Tone }>> = {
  available: { icon: IconCircleCheck, tone: "person" },
  on_call: { icon: IconHeadset, tone: "ai" },
  away: { icon: IconCircleDashed, tone: "quiet" },
  no_phone: { icon: IconPhoneOff, tone: "bad" },
};

/** Whether a telephone of theirs can be rung now. */
export const isReachable = ({ state, phone }: Colleague): boolean => phone && state !== "on_call";

export function PersonState({ person }: { person: Colleague }) {
  const { t } = useTranslation();
  const at = person.phone ? person.state : "no_phone";
  const { icon: Icon, tone } = looks[at];
  return (
    <span className={classes.at} data-tone={tone}>
      <Icon size={14} aria-hidden /> {t(`dial.colleague.${at}`)}
    </span>
  );
}
