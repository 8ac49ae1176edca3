/** Which messages of the live socket change what an agent has before them. */
import type { QueryClient } from "@tanstack/react-query";

import { deskQuery } from "@/api/queues";
import type { Desk, ServerMessage } from "@/api/types";

/** Whether the desk has to be read again after this message. */
export function changesDesk(message: ServerMessage, user: string, desk: Desk | undefined): boolean {
  if (message.type === "snapshot") return true;
  if (message.type === "phone") return message.user === user;
  if (message.type !== "event") return false;
  switch (message.kind) {
    case "agent.state":
      return message.data.user === user;
    case "queue.offered":
    case "queue.offer_ended":
      return message.data.to.kind === "person" && message.data.to.user === user;
    case "queue.answered":
    case "queue.left":
    case "floor.changed":
    case "hold.changed":
    case "transfer.changed":
    case "call.ended":
    case "call.analyzed":
      return message.call !== null && isOnDesk(desk, message.call);
    default:
      return false;
  }
}

const isOnDesk = (desk: Desk | undefined, call: string): boolean =>
  desk !== undefined && (desk.agent.calls.includes(call) || desk.agent.last_call === call);

/** Whether a call on the desk is one that this person is asked to take. */
export const isOffer = ({ live }: Desk["calls"][number], user: string): boolean =>
  live.rings_for === user || (live.queue?.offered_to.includes(user) ?? false);

/** The desk without an offer that was taken back. */
export function withoutOffer(desk: Desk, call: string): Desk {
  return {
    ...desk,
    calls: desk.calls.filter((row) => row.live.call.id !== call || !isOffer(row, desk.agent.user)),
  };
}

/** Keeps the desk as it is on the server; an offer that was taken back goes before the server is asked. */
export function followDesk(queries: QueryClient, message: ServerMessage, user: string): void {
  const { queryKey } = deskQuery;
  const desk = queries.getQueryData(queryKey);
  if (!changesDesk(message, user, desk)) return;
  if (desk !== undefined && message.type === "event" && message.kind === "queue.offer_ended") {
    queries.setQueryData(queryKey, withoutOffer(desk, message.call ?? ""));
  }
  void queries.invalidateQueries({ queryKey });
}
