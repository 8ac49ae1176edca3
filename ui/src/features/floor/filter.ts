/** Which live calls are shown, and in which order. */
import type { LiveCall } from "@/api/types";
import { type CallState, customerNumber, liveState } from "@/components/callState";

export const scopes = ["all", "ai", "people", "waiting", "ringing", "alerts"] as const;
export type Scope = (typeof scopes)[number];

export interface Filter {
  scope: Scope;
  /** Only calls that came through this queue. */
  queue: string | null;
  search: string;
}

/** Lower case without accents, so that “Jose” finds “José”. */
export const fold = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Ids of the calls that pass, longest first: who has waited longest stays at the top and rows do not jump. */
export function chosenCalls(
  calls: ReadonlyMap<string, LiveCall>,
  { scope, queue, search }: Filter,
  assistantName: (id: string | null) => string,
): string[] {
  const wanted = fold(search.trim());
  const digits = wanted.replace(/[\s()+-]/g, "");
  const passes = (row: LiveCall): boolean => {
    const { call, last_line } = row;
    if (scope === "alerts" ? row.alerts.length === 0 : !inScope(liveState(row), scope)) return false;
    if (queue !== null && row.queue?.queue !== queue) return false;
    if (wanted === "") return true;
    if (/^\d+$/.test(digits) && customerNumber(call).includes(digits)) return true;
    const texts = [
      call.customer_name ?? "",
      assistantName(call.assistant),
      call.floor.name ?? "",
      last_line ?? "",
    ];
    return texts.some((text) => fold(text).includes(wanted));
  };
  return [...calls.values()]
    .filter(passes)
    .sort((a, b) =>
      a.call.created_at < b.call.created_at ? -1 : a.call.created_at > b.call.created_at ? 1 : 0,
    )
    .map(({ call }) => call.id);
}

function inScope(state: CallState, scope: Scope): boolean {
  if (scope === "ai") return state === "ai";
  if (scope === "people") return state === "person" || state === "bridging";
  if (scope === "waiting") return state === "waiting" || state === "offered";
  if (scope === "ringing") return state === "queued" || state === "ringing";
  return true;
}
