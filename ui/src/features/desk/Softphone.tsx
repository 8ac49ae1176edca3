/** The telephone beside the conversation: mute, hang up, pause the recording, and how the line is. */
import { Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { LiveCall } from "@/api/types";
import { callState } from "@/components/callState";
import { Confirm } from "@/components/Confirm";
import {
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
} from "@/components/icons";
import { LevelMeter } from "@/components/LevelMeter";
import { LineQuality } from "@/components/LineQuality";
import { Refused } from "@/components/Refused";
import { StateBadge } from "@/components/StateBadge";
import { Timer } from "@/components/Timer";
import { useKeys } from "@/lib/keys/useKeys";

import classes from "./Desk.module.css";
import { KeyedButton } from "./KeyedButton";
import { useCallActs } from "./useCallActs";
import { useMute } from "./useMute";
import { who } from "./who";

export function Softphone({ live, user }: { live: LiveCall; user: string }) {
  const { t } = useTranslation();
  const { call, quality } = live;
  const acts = useCallActs(call);
  const { here, muted, canMute, toggle } = useMute(call.id);
  const [asking, setAsking] = useState(false);
  const holds = call.floor.holder === "person" && call.floor.user === user;
  useKeys({
    mute: toggle,
    pauseRecording: acts.toggleRecording,
    // A key is hit by accident, a red button hardly: the key asks first.
    end: () => {
      setAsking(true);
    },
  });
  return (
    <section className={classes.side} aria-label={t("desk.softphone")}>
      <p className={classes.line}>
        <StateBadge state={callState(call)} />
        <span className={classes.clock}>
          <Timer call={call} />
        </span>
      </p>
      <Text size="sm" role="status">
        {!holds && t("desk.connecting")}
        {holds && muted && t("desk.muted")}
      </Text>
      {here && (
        <>
          <LevelMeter side="input" labelled />
          <LevelMeter side="output" labelled />
        </>
      )}
      {quality !== null && (
        <Text size="sm" component="p" m={0}>
          <LineQuality quality={quality} />
        </Text>
      )}
      <Refused error={acts.error} />
      <div className={classes.controls} role="group" aria-label={t("desk.softphone")}>
        {canMute && (
          <KeyedButton
            name="mute"
            variant={muted ? "filled" : "default"}
            {...(muted ? { color: "orange.9" } : {})}
            pressed={muted}
            leftSection={
              muted ? <IconMicrophoneOff size={18} aria-hidden /> : <IconMicrophone size={18} aria-hidden />
            }
            onClick={toggle}
          >
            {t(muted ? "desk.unmute" : "desk.mute")}
          </KeyedButton>
        )}
        {acts.canPause && (
          <KeyedButton
            name="pauseRecording"
            variant={acts.paused ? "filled" : "default"}
            {...(acts.paused ? { color: "orange.9" } : {})}
            pressed={acts.paused}
            leftSection={
              acts.paused ? (
                <IconPlayerPlay size={18} aria-hidden />
              ) : (
                <IconPlayerPause size={18} aria-hidden />
              )
            }
            onClick={acts.toggleRecording}
          >
            {t(acts.paused ? "desk.resumeRecording" : "desk.pauseRecording")}
          </KeyedButton>
        )}
        <KeyedButton
          name="end"
          variant="outline"
          color="var(--bad)"
          leftSection={<IconPhoneOff size={18} aria-hidden />}
          onClick={acts.end}
        >
          {t("desk.end")}
        </KeyedButton>
      </div>
      <Confirm
        opened={asking}
        title={t("desk.endTitle")}
        text={t("desk.endText", { name: who(call) })}
        action={t("desk.end")}
        onConfirm={acts.end}
        onClose={() => {
          setAsking(false);
        }}
      />
    </section>
  );
}
