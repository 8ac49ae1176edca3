/** The desk, sorted into callers one is asked to take and calls one is in. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { deskQuery } from "@/api/queues";
import type { DeskCall } from "@/api/types";

import { isOffer } from "./deskEvents";

const none: readonly DeskCall[] = [];

export function useDesk() {
  const query = useQuery(deskQuery);
  const desk = query.data;
  const parts = useMemo(() => {
    if (desk === undefined) return { offers: none, calls: none };
    const { user } = desk.agent;
    return {
      offers: desk.calls.filter((call) => isOffer(call, user)),
      calls: desk.calls.filter((call) => !isOffer(call, user)),
    };
  }, [desk]);
  return { query, desk, ...parts };
}
