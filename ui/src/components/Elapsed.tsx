/** How long something has been so, ticking. */
import { memo } from "react";

import { useNow } from "@/lib/clock";
import { duration } from "@/lib/format/time";

export const Elapsed = memo(function Elapsed({ since }: { since: string }) {
  return <span>{duration(useNow() - Date.parse(since))}</span>;
});
