/** Keys of other windows: asks the desktop for those that are set, and does what they stand for wherever one is. */
import { notifications } from "@mantine/notifications";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { useHost } from "@/host";
import { type ActName, perform } from "@/lib/keys/acts";
import { type HotkeyAct, hotkeyActs, setRefused, useHotkeys } from "@/lib/keys/hotkeys";

/** Whoever presses a key has meant it: nothing asks first. */
const meant: Readonly<Record<HotkeyAct, ActName>> = {
  answer: "answer",
  end: "endNow",
  mute: "mute",
  hold: "hold",
};

/** The desk is drawn by then, wherever one was. */
const patienceMs = 3000;

const isAct = (act: string): act is HotkeyAct => hotkeyActs.some((known) => known === act);

export function HotkeyWatch() {
  const { hotkeys: desktop } = useHost();
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { hotkeys } = useHotkeys();
  useEffect(() => {
    if (desktop === undefined) return;
    const keys = hotkeys.enabled
      ? Object.fromEntries(Object.entries(hotkeys.keys).filter(([, key]) => key !== ""))
      : {};
    let over = false;
    desktop.set(keys).then(
      (refused) => {
        if (!over) setRefused(Object.fromEntries(refused.map(({ act, why }) => [act, why])));
      },
      () => undefined,
    );
    return () => {
      over = true;
    };
  }, [desktop, hotkeys]);
  useEffect(() => {
    if (desktop === undefined) return;
    const stop = new AbortController();
    const unlisten = desktop.onPress((act) => {
      if (!isAct(act) || perform(meant[act])) return;
      void navigate({ to: "/desk" })
        .then(() => soon(meant[act], stop.signal))
        .then((done) => {
          if (!done)
            notifications.show({ message: t("desk.hotkeyNothing", { act: t(`hotkeys.acts.${act}`) }) });
        });
    });
    return () => {
      stop.abort();
      unlisten();
    };
  }, [desktop, navigate, t]);
  return null;
}

/** Does it as soon as it is possible; false where it was not in time. */
async function soon(act: ActName, signal: AbortSignal): Promise<boolean> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
    if (signal.aborted || perform(act)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
