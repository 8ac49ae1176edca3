/** Keeps the live socket open while somebody is signed in, and refetches what its events say has changed. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { isRefusal } from "@/api/refusal";
import { sessionQuery, socketTicket } from "@/api/session";
import type { Me, ServerMessage } from "@/api/types";
import { followDesk } from "@/features/desk/deskEvents";
import { useHost } from "@/host";
import { setSocket } from "@/lib/live/current";
import { LiveSocket } from "@/lib/live/socket";
import { live } from "@/lib/live/store";

const configured: Readonly<Record<string, readonly string[]>> = {
  queue: ["queues"],
  assistant: ["assistants"],
  trunk: ["trunks"],
  number: ["numbers"],
  user: ["users"],
  key: ["keys"],
  provider: ["providers"],
  fallback: ["provider-fallback"],
  retention: ["retention"],
  alerts: ["alert-settings"],
  recording: ["recording-rules"],
};

/** The query keys that a message makes stale. */
export function staleAfter(message: ServerMessage): (readonly string[])[] {
  if (message.type === "snapshot")
    return [["calls"], ["floor"], ["conferences"], ["callbacks"], ...Object.values(configured)];
  if (message.type === "phone") return [["users"], ["floor"]];
  if (message.type !== "event") return [];
  if (message.kind === "config.changed") {
    const { what } = message.data;
    const key = configured[what];
    const standing = what === "queue" || what === "agent" || what === "user" ? [["floor"]] : [];
    return key === undefined ? standing : [key, ...standing];
  }
  if (message.kind.startsWith("conference.")) return [["conferences"]];
  if (message.kind === "callback.changed") return [["callbacks"], ["floor"]];
  if (message.kind === "agent.queues") return [["queues"], ["floor"]];
  if (message.kind.startsWith("queue.") || message.kind === "agent.state") return [["floor"]];
  if (message.kind === "retention.swept") return [["retention"]];
  if (message.kind === "call.ended" || message.kind === "call.analyzed") {
    return [
      ["calls", "list"],
      ...(["one", "transcript", "events"] as const).map((part) => ["calls", part, message.data.id]),
    ];
  }
  return [];
}

/** Every call that comes, rings and goes changes the floor: it is read again once for all that happened meanwhile. */
const floorAfterMs = 300;
const floorDue = new WeakSet<QueryClient>();

function refreshFloor(queries: QueryClient): void {
  if (floorDue.has(queries)) return;
  floorDue.add(queries);
  setTimeout(() => {
    floorDue.delete(queries);
    void queries.invalidateQueries({ queryKey: ["floor"] });
  }, floorAfterMs);
}

function refresh(queries: QueryClient, message: ServerMessage): void {
  for (const key of staleAfter(message)) {
    if (key[0] === "floor") {
      refreshFloor(queries);
      continue;
    }
    // An open editor keeps what it was opened with; it learns of a conflict when it saves.
    void queries.invalidateQueries({ queryKey: key, exact: key[0] === "assistants" });
  }
}

export function useLiveSocket(me: Me | null): void {
  const queries = useQueryClient();
  const host = useHost();
  const { t } = useTranslation();
  const wanted = me?.user ?? null;
  useEffect(() => {
    if (wanted === null) return;
    const socket = new LiveSocket(live, {
      ticket: socketTicket,
      open: (url) => new WebSocket(url),
      signedOut: () => queries.setQueryData(sessionQuery.queryKey, null),
      isSignedOut: (error) => isRefusal(error) && error.status === 401,
      heard: (message) => {
        refresh(queries, message);
        followDesk(queries, message, wanted);
        if (message.type === "trunk" && message.status.state === "failed") {
          host.notify(t("trunks.failedTitle"), message.status.reason);
        }
      },
    });
    setSocket(socket);
    socket.start();
    return () => {
      socket.stop();
      setSocket(null);
      live.reset();
    };
  }, [wanted, queries, host, t]);
}
