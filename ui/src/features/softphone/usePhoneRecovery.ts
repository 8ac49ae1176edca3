/** Connects the phone again when the server is back; on the desktop it connects at sign-in. */
import { useEffect, useRef } from "react";

import { useHost, usePhone } from "@/host";
import { useLive } from "@/lib/live/store";

export function usePhoneRecovery(): void {
  const { kind, phone } = useHost();
  const { status, detail } = usePhone();
  const connected = useLive((state) => state.connection === "live");
  const tried = useRef(false);
  useEffect(() => {
    if (!connected) return;
    const lost = status === "failed" && detail === "offline";
    const first = kind === "desktop" && status === "off" && !tried.current;
    if (!lost && !first) return;
    tried.current = true;
    const timer = setTimeout(() => void phone.connect().catch(() => undefined), lost ? 1500 : 0);
    return () => {
      clearTimeout(timer);
    };
  }, [connected, status, detail, kind, phone]);
}
