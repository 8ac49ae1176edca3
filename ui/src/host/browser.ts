/** The browser's host: the microphone and loudspeaker over WebRTC or a socket. */
import { BrowserPhone } from "./browserPhone";
import type { Host, HostSession } from "./host";

export const browserHost = (session: HostSession): Host => ({
  kind: "browser",
  phone: new BrowserPhone(session),
  notify: (title, body) => {
    if (document.hasFocus() || !("Notification" in window)) return;
    if (Notification.permission === "granted") new Notification(title, { body });
  },
  allowNotices: () => {
    if ("Notification" in window && Notification.permission === "default") {
      void Notification.requestPermission().catch(() => undefined);
    }
  },
});
