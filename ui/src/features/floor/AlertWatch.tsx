/** Says new alerts aloud to readers of the screen, sounds where that is wanted, and leads to the newest by one key. */
import { Button, Switch } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { supervise } from "@/api/calls";
import type { Alert } from "@/api/types";
import { customerNumber } from "@/components/callState";
import { Refused } from "@/components/Refused";
import { Shortcut } from "@/components/Shortcut";
import { usePhoneFirst } from "@/components/usePhoneFirst";
import { showNumber } from "@/lib/format/number";
import { getBindings } from "@/lib/keys/bindings";
import { useKeys } from "@/lib/keys/useKeys";
import { live, useLive } from "@/lib/live/store";
import { load, save } from "@/lib/storage";

import { alertIcons, alertTone, openAlerts } from "./alertLooks";
import classes from "./AlertWatch.module.css";
import { useAlertText } from "./useAlertText";

const soundKey = "alertSound";

export function AlertWatch({ onChoose }: { onChoose: (id: string) => void }) {
  const { t } = useTranslation();
  const calls = useLive((state) => state.calls);
  const alerts = useMemo(() => openAlerts(calls.values()), [calls]);
  const [sound, setSound] = useState(() => load<boolean>(soundKey, false));
  const said = useNews(alerts, sound);
  const phoneFirst = usePhoneFirst();
  const listen = useMutation({
    mutationFn: async (call: string) => {
      await phoneFirst();
      return supervise(call, "listen");
    },
  });
  const newest = alerts[0];
  const jump = () => {
    if (newest === undefined) return;
    onChoose(newest.call);
    const { me, calls: now } = live.get();
    const row = now.get(newest.call);
    // Who speaks in the call already goes on speaking.
    const there = row?.supervisors.some(({ user }) => user === me?.user) ?? false;
    const holds = row?.call.floor.user === me?.user && me?.user !== null;
    if (!there && !holds) listen.mutate(newest.call);
  };
  useKeys({ alert: jump });
  return (
    <>
      <p role="status" aria-live="polite" className="visually-hidden">
        {said}
      </p>
      {listen.error !== null && <Refused error={listen.error} />}
      {newest !== undefined && (
        <div className={classes.bar} data-tone={alertTone(newest.kind)}>
          <Newest alert={newest} count={alerts.length} />
          <Switch
            size="xs"
            label={t("alerts.sound")}
            checked={sound}
            onChange={({ currentTarget: { checked } }) => {
              setSound(checked);
              save(soundKey, checked);
            }}
          />
          <Button
            size="compact-sm"
            variant="default"
            rightSection={<Shortcut name="alert" />}
            aria-keyshortcuts={getBindings().keys.alert}
            onClick={jump}
          >
            {t("alerts.listen")}
          </Button>
        </div>
      )}
    </>
  );
}

function Newest({ alert, count }: { alert: Alert; count: number }) {
  const { t } = useTranslation();
  const textOf = useAlertText();
  const who = useWho()(alert);
  const Icon = alertIcons[alert.kind];
  return (
    <span className={classes.newest}>
      <Icon size={16} aria-hidden />
      <b>{textOf(alert)}</b>
      <span>{who}</span>
      {count > 1 && <span className={classes.more}>{t("alerts.more", { count: count - 1 })}</span>}
    </span>
  );
}

function useWho(): (alert: Alert) => string {
  const calls = useLive((state) => state.calls);
  return ({ call }) => {
    const row = calls.get(call)?.call;
    return row === undefined ? "" : (row.customer_name ?? showNumber(customerNumber(row)));
  };
}

/** What was raised since the last look, in words. Nothing is said of what was there when the floor was opened. */
function useNews(alerts: readonly Alert[], sound: boolean): string {
  const { t } = useTranslation();
  const textOf = useAlertText();
  const whoOf = useWho();
  const known = useRef<ReadonlySet<string> | null>(null);
  const loaded = useLive((state) => state.loaded);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (!loaded) return;
    const fresh = known.current === null ? [] : alerts.filter(({ id }) => !known.current?.has(id));
    known.current = new Set(alerts.map(({ id }) => id));
    const newest = fresh[0];
    if (newest === undefined) return;
    setSaid(t("alerts.said", { what: textOf(newest), who: whoOf(newest) }));
    if (sound) beep();
  }, [alerts, loaded, sound, t, textOf, whoOf]);
  return said;
}

/** Two short tones, quiet enough for a headset. */
function beep(): void {
  const context = new AudioContext();
  const gain = context.createGain();
  gain.gain.value = 0.08;
  gain.connect(context.destination);
  for (const [at, hertz] of [
    [0, 880],
    [0.16, 1175],
  ] as const) {
    const tone = context.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(gain);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.12);
  }
  setTimeout(() => void context.close(), 600);
}
