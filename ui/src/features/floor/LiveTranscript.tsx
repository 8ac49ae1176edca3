/** What is being said in a call that this window may not have watched from its beginning. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { eventsQuery, transcriptQuery } from "@/api/calls";
import type { Call } from "@/api/types";
import { RunningTranscript } from "@/components/RunningTranscript";
import { live, useLive } from "@/lib/live/store";

export function LiveTranscript({ call }: { call: Call }) {
  return <RunningTranscript call={call} pending={useSeed(call.id)} />;
}

/** Reads what was said before this window watched, and again after messages were lost. */
function useSeed(id: string): boolean {
  const generation = useLive((state) => state.generation);
  const items = useQuery({ ...transcriptQuery(id), staleTime: 0 });
  const events = useQuery({ ...eventsQuery(id), staleTime: 0 });
  useEffect(() => {
    if (items.data !== undefined && events.data !== undefined) live.seed(id, items.data, events.data);
  }, [id, generation, items.data, events.data]);
  return items.isPending || events.isPending;
}
