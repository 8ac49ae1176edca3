/** A call one is in: who it is, what is being said, and the telephone, side by side. */
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import type { DeskCall } from "@/api/types";
import { RunningTranscript } from "@/components/RunningTranscript";
import { live as liveStore, useLive } from "@/lib/live/store";

import { CustomerCard } from "./CustomerCard";
import classes from "./Desk.module.css";
import { Script } from "./Script";
import { Softphone } from "./Softphone";

export function CallDesk({ row, user }: { row: DeskCall; user: string }) {
  const { t } = useTranslation();
  const { id } = row.live.call;
  const generation = useLive((state) => state.generation);
  // The socket is ahead of the desk; what it does not know of a call's way here, the desk does.
  const told = useLive((state) => state.calls.get(id));
  const live = told ?? row.live;
  // What was said before the floor was this person's comes with the desk, for agents may not read it elsewhere.
  useEffect(() => {
    liveStore.seed(id, row.transcript, []);
  }, [id, generation, row.transcript]);
  return (
    <div className={classes.columns}>
      <CustomerCard call={{ ...row, live }} />
      <section className={classes.middle} aria-label={t("desk.conversation")}>
        <Script text={row.script} />
        <RunningTranscript call={live.call} />
      </section>
      <Softphone live={live} user={user} />
    </div>
  );
}
