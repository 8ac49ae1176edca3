/** Where a call waits and for how long, or whose telephones ring for it. */
import { useTranslation } from "react-i18next";

import type { LiveQueue } from "@/api/types";
import { useNow } from "@/lib/clock";
import { duration } from "@/lib/format/time";

import { useMemberNames, useQueueNames } from "./useFloor";

export function QueueNote({ queue }: { queue: LiveQueue }) {
  const { t } = useTranslation();
  const queues = useQueueNames();
  const names = useMemberNames();
  const name = queues.get(queue.queue) ?? t("queues.unknown");
  if (!queue.waiting) return <>{name}</>;
  const ringing = queue.offered_to.map((user) => ({ kind: "person" as const, user }));
  return (
    <>
      {name}{" "}
      <b>
        {ringing.length > 0 && <>{t("queues.rings", { names: names(ringing) })} · </>}
        <Waits since={queue.joined_at} />
      </b>
    </>
  );
}

function Waits({ since }: { since: string }) {
  const { t } = useTranslation();
  const now = useNow();
  return t("queues.waits", { time: duration(since === "" ? 0 : now - Date.parse(since)) });
}
