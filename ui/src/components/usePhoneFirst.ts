/** Nothing can be heard without a phone: the first act that needs one connects it. */
import { useCallback } from "react";

import { useHost } from "@/host";
import { live } from "@/lib/live/store";

/** Resolves once a phone is there, or could not be had: the server's answer says why, it knows of SIP phones too. */
export function usePhoneFirst(): () => Promise<void> {
  const { phone } = useHost();
  return useCallback(async () => {
    const { me, phones } = live.get();
    const elsewhere = phones.get(me?.user ?? "") ?? me?.phone_connected ?? false;
    const { status } = phone.state();
    if (status === "ready" || status === "ringing" || status === "in_call") return;
    // Whoever has another phone and has not begun with this one means the other.
    if (status === "off" && elsewhere) return;
    await phone.connect().catch(() => undefined);
  }, [phone]);
}
