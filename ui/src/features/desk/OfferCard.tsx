/** A caller one is asked to take: who, from which queue, how long they wait, what was before. */
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { answerOffer, declineOffer, deskQuery } from "@/api/queues";
import { isRefusal } from "@/api/refusal";
import type { DeskCall } from "@/api/types";
import { customerNumber } from "@/components/callState";
import { IconPhoneIncoming, IconPhoneOutgoing, IconPhoneX } from "@/components/icons";
import { Refused } from "@/components/Refused";
import { usePhoneFirst } from "@/components/usePhoneFirst";
import { useNow } from "@/lib/clock";
import { showNumber } from "@/lib/format/number";
import { duration } from "@/lib/format/time";
import { useKeys } from "@/lib/keys/useKeys";

import { Contacts } from "./Contacts";
import classes from "./Desk.module.css";
import { KeyedButton } from "./KeyedButton";
import { Script } from "./Script";
import { who } from "./who";

interface Props {
  offer: DeskCall;
  /** The keys answer one offer at a time: the first. */
  keyed: boolean;
}

export function OfferCard({ offer: { live, queue, script, contacts }, keyed }: Props) {
  const { t } = useTranslation();
  const { id } = live.call;
  const isCallback = live.callback !== null;
  const act = useOfferAct();
  const answer = () => {
    if (!act.isPending) act.mutate({ id, take: true });
  };
  const decline = () => {
    if (!act.isPending) act.mutate({ id, take: false });
  };
  useKeys(keyed ? { answer, decline } : {});
  return (
    <section
      className={classes.offer}
      aria-label={t(isCallback ? "desk.offer.callbackLabel" : "desk.offer.label")}
    >
      <div className={classes.caller}>
        {isCallback ? (
          <IconPhoneOutgoing size={40} stroke={1.5} aria-hidden />
        ) : (
          <IconPhoneIncoming size={40} stroke={1.5} aria-hidden />
        )}
        <div>
          {isCallback && <p className={classes.facts}>{t("desk.offer.callback")}</p>}
          <h2 className={classes.name}>{who(live.call)}</h2>
          <p className={classes.facts}>
            <span>{showNumber(customerNumber(live.call))}</span>
            {queue !== null && (
              <span>
                {t("desk.queue")} <b>{queue}</b>
              </span>
            )}
            <span>
              {t("desk.offer.waited")} <Waited since={live.queue?.joined_at ?? live.call.created_at} />
            </span>
          </p>
          {live.callback?.note && <p className={classes.facts}>{live.callback.note}</p>}
        </div>
        <div className={classes.answers}>
          <KeyedButton
            name="answer"
            size="lg"
            color="teal.9"
            leftSection={<IconPhoneIncoming size={22} aria-hidden />}
            disabled={act.isPending}
            onClick={answer}
          >
            {t(isCallback ? "desk.offer.callBack" : "desk.offer.answer")}
          </KeyedButton>
          <KeyedButton
            name="decline"
            size="lg"
            variant="outline"
            color="var(--bad)"
            leftSection={<IconPhoneX size={22} aria-hidden />}
            disabled={act.isPending}
            onClick={decline}
          >
            {t("desk.offer.decline")}
          </KeyedButton>
        </div>
      </div>
      <Refused error={act.error} />
      <Script text={script} />
      <Contacts contacts={contacts} />
    </section>
  );
}

function Waited({ since }: { since: string }) {
  const now = useNow();
  return <b>{duration(now - Date.parse(since))}</b>;
}

function useOfferAct() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const phoneFirst = usePhoneFirst();
  return useMutation({
    mutationFn: async ({ id, take }: { id: string; take: boolean }) => {
      if (!take) return declineOffer(id);
      await phoneFirst();
      return answerOffer(id);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: deskQuery.queryKey }),
    // The card goes with the offer, and what it would have said with it.
    onError: (error) => {
      if (isRefusal(error, "not_offered")) notifications.show({ message: t("desk.offer.gone") });
    },
  });
}
