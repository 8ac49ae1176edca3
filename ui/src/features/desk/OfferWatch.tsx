/** Tells of a caller wherever one is: aloud, by the machine's own notice, and with a way to the desk. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { sessionQuery } from "@/api/session";
import type { DeskCall } from "@/api/types";
import { customerNumber } from "@/components/callState";
import { IconPhoneIncoming } from "@/components/icons";
import { useHost } from "@/host";
import { showNumber } from "@/lib/format/number";

import classes from "./Desk.module.css";
import { useDesk } from "./useDesk";
import { who } from "./who";

export function OfferWatch() {
  const { t } = useTranslation();
  const { offers } = useDesk();
  const away = useRouterState({ select: ({ location }) => location.pathname !== "/desk" });
  useNotice(offers, away);
  const first = offers[0];
  const name = first === undefined ? "" : who(first.live.call);
  const said =
    first === undefined
      ? ""
      : first.queue === null
        ? t("desk.offer.saidNoQueue", { name })
        : t("desk.offer.said", { name, queue: first.queue });
  return (
    <>
      <span aria-live="assertive" className="visually-hidden">
        {said}
      </span>
      {first !== undefined && away && (
        <div className={classes.elsewhere} data-tone="person">
          <IconPhoneIncoming size={18} aria-hidden />
          <span>{said}</span>
          <Button size="compact-sm" color="teal.9" renderRoot={(props) => <Link to="/desk" {...props} />}>
            {t("desk.offer.open")}
          </Button>
        </div>
      )}
    </>
  );
}

/** Each offer is told once; whoever does nothing but take calls is brought to it. */
function useNotice(offers: readonly DeskCall[], away: boolean): void {
  const { t } = useTranslation();
  const host = useHost();
  const navigate = useNavigate();
  const { data: me } = useQuery(sessionQuery);
  const told = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const fresh = offers.filter(({ live }) => !told.current.has(live.call.id));
    told.current = new Set(offers.map(({ live }) => live.call.id));
    for (const { live, queue } of fresh) {
      const number = showNumber(customerNumber(live.call));
      host.notify(
        t(live.callback === null ? "desk.offer.notice" : "desk.offer.callbackNotice", {
          name: who(live.call),
        }),
        queue === null ? number : `${queue} · ${number}`,
      );
    }
    if (fresh.length > 0 && away && me?.role === "agent") void navigate({ to: "/desk" });
  }, [offers, away, me?.role, host, navigate, t]);
}
