/** One queue: who waits in it, the next one first. */
import { Button } from "@mantine/core";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Elapsed } from "@/components/Elapsed";

import type { At } from "./QueuesPane";
import classes from "./QueuesPane.module.css";
import type { QueueStanding } from "./standings";
import type { CallerActs } from "./useCallerActs";
import { WaitingRow } from "./WaitingRow";

/** As many as one reads; the rest on request. */
const shown = 30;

interface Props {
  queue: QueueStanding;
  chosen: string | undefined;
  at: At;
  acts: CallerActs;
  onAt: (at: At) => void;
  onChoose: (id: string) => void;
}

export const WaitingList = memo(function WaitingList({ queue, chosen, at, acts, onAt, onChoose }: Props) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const { callers } = queue;
  const longest = callers.map(({ since }) => since).sort()[0];
  return (
    <section className={classes.group} aria-labelledby={`queue-${queue.queue}`}>
      <h2 id={`queue-${queue.queue}`} className={classes.title}>
        {queue.name}
        <span className={classes.count} data-tone={callers.length > 0 ? "wait" : "quiet"}>
          {t("queues.waitingCount", { count: callers.length })}
          {longest !== undefined && (
            <>
              {" · "}
              <Elapsed since={longest} />
            </>
          )}
        </span>
      </h2>
      {callers.length === 0 ? (
        <p className={classes.nobody}>{t("queues.nobodyWaits")}</p>
      ) : (
        <ol className={classes.rows} aria-label={t("queues.waitingIn", { name: queue.name })}>
          {callers.slice(0, all ? undefined : shown).map((caller) => (
            <WaitingRow
              key={caller.call}
              caller={caller}
              chosen={chosen === caller.call}
              marked={at?.kind === "caller" && at.call === caller.call}
              acts={acts}
              onAt={onAt}
              onChoose={onChoose}
            />
          ))}
        </ol>
      )}
      {!all && callers.length > shown && (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => {
            setAll(true);
          }}
        >
          {t("queues.showAll", { count: callers.length - shown })}
        </Button>
      )}
    </section>
  );
});
