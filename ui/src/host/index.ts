/** Chooses the host: the desktop's where its window is around us, the browser's elsewhere. */
import type { Host, HostSession } from "./host";

export async function createHost(session: HostSession): Promise<Host> {
  if ("__TAURI_INTERNALS__" in window) return (await import("./desktop")).desktopHost(session);
  return (await import("./browser")).browserHost(session);
}

export * from "./host";
