/** What this person's phone is, counting a SIP phone that this window knows only by hearsay. */
import { type PhoneStatus, usePhone } from "@/host";
import { useLive } from "@/lib/live/store";

export function useReach(): PhoneStatus | "elsewhere" {
  const { status } = usePhone();
  const me = useLive((state) => state.me);
  const told = useLive((state) => (me?.user ? state.phones.get(me.user) : undefined));
  const elsewhere = status === "off" && (told ?? me?.phone_connected ?? false);
  return elsewhere ? "elsewhere" : status;
}
