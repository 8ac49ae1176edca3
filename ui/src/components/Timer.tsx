/** How long a call has been going on, or how long it was. */
import { memo } from "react";

import type { Call } from "@/api/types";
import { useNow } from "@/lib/clock";
import { duration } from "@/lib/format/time";

type Times = Pick<Call, "created_at" | "answered_at" | "ended_at" | "duration_ms">;

export const Timer = memo(function Timer({ call }: { call: Times }) {
  return call.ended_at === null ? (
    <Running since={call.answered_at ?? call.created_at} />
  ) : (
    <Past call={call} />
  );
});

function Running({ since }: { since: string }) {
  return <span>{duration(useNow() - Date.parse(since))}</span>;
}

function Past({ call }: { call: Times }) {
  return <span>{duration(call.duration_ms ?? 0)}</span>;
}
