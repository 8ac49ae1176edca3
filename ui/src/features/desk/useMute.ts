/** One's own microphone in a call; the next call begins with it open. */
import { useCallback, useEffect } from "react";

import { useHost, usePhone } from "@/host";

export function useMute(call: string) {
  const { phone } = useHost();
  const { status, muted = false } = usePhone();
  // A phone elsewhere mutes itself: this window does not have its microphone.
  const here = status === "ready" || status === "in_call";
  const canMute = here && phone.mute !== undefined;
  useEffect(
    () => () => {
      phone.mute?.(false);
    },
    [call, phone],
  );
  const toggle = useCallback(() => {
    if (canMute) phone.mute?.(!(phone.state().muted ?? false));
  }, [canMute, phone]);
  return { here, muted, canMute, toggle };
}
