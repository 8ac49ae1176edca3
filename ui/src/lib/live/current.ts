/** The open socket, for screens that want interim text of a call or an immediate reconnect. */
import { useEffect } from "react";

import type { LiveSocket } from "./socket";

let current: LiveSocket | null = null;
let watched: readonly string[] = [];

export function setSocket(socket: LiveSocket | null): void {
  current = socket;
  current?.watch(watched);
}

export const reconnectNow = (): void => current?.now();

/** Asks for interim text of this call while the caller is mounted. */
export function useWatch(call: string | null): void {
  useEffect(() => {
    watched = call === null ? [] : [call];
    current?.watch(watched);
    return () => {
      watched = [];
      current?.watch([]);
    };
  }, [call]);
}
