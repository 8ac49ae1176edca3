/** The telephone beside the conversation: mute, hold, keys, transfers, hanging up, and how the line is. */
import { Collapse, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { LiveCall } from "@/api/types";
import { callState } from "@/components/callState";
import { Confirm } from "@/components/Confirm";
import {
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhonePause,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconTransfer,
} from "@/components/icons";
import { attention } from "@/components/attention";
import { LevelMeter } from "@/components/LevelMeter";
import { LineQuality } from "@/components/LineQuality";
import { StateBadge } from "@/components/StateBadge";
import { Timer } from "@/components/Timer";
import { useKeys } from "@/lib/keys/useKeys";

import { ActFailed } from "./ActFailed";
import classes from "./Desk.module.css";
import { KeyedButton } from "./KeyedButton";
import { Keypad } from "./Keypad";
import { TransferCard } from "./TransferCard";
import { TransferDialog } from "./TransferDialog";
import { useCallActs } from "./useCallActs";
import { useMute } from "./useMute";
import { who } from "./who";

export function Softphone({ live, user }: { live: LiveCall; user: string }) {
  const { t } = useTranslation();
  const { call, quality } = live;
  const acts = useCallActs(live, user);
  const { here, muted, canMute, toggle } = useMute(call.id);
  const [asking, setAsking] = useState<"end" | "transfer" | null>(null);
  const [keypad, setKeypad] = useState(false);
  const holds = call.floor.holder === "person" && call.floor.user === user;
  const close = () => {
    setAsking(null);
  };
  const toggleKeypad = () => {
    setKeypad(!keypad);
  };
  const give = () => {
    setAsking("transfer");
  };
  useKeys({
    ...(canMute ? { mute: toggle } : {}),
    ...(acts.canPause ? { pauseRecording: acts.toggleRecording } : {}),
    ...(acts.canHold ? { hold: acts.toggleHold, transfer: give } : {}),
    ...(holds ? { keypad: toggleKeypad } : {}),
    // A key is hit by accident, a red button hardly: the key asks first.
    end: () => {
      setAsking("end");
    },
    endNow: acts.end,
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
        {holds &&
          [acts.held && t("desk.onHold", { name: who(call) }), muted && t("desk.muted")]
            .filter(Boolean)
            .join(" ")}
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
      <ActFailed error={acts.error} call={call} />
      <TransferCard live={live} user={user} />
      <div className={classes.controls} role="group" aria-label={t("desk.softphone")}>
        {canMute && (
          <KeyedButton
            name="mute"
            variant={muted ? "filled" : "default"}
            {...(muted ? { color: attention } : {})}
            pressed={muted}
            leftSection={
              muted ? <IconMicrophoneOff size={18} aria-hidden /> : <IconMicrophone size={18} aria-hidden />
            }
            onClick={toggle}
          >
            {t(muted ? "desk.unmute" : "desk.mute")}
          </KeyedButton>
        )}
        {acts.canHold && (
          <KeyedButton
            name="hold"
            variant={acts.held ? "filled" : "default"}
            {...(acts.held ? { color: attention } : {})}
            pressed={acts.held}
            leftSection={
              acts.held ? <IconPlayerPlay size={18} aria-hidden /> : <IconPhonePause size={18} aria-hidden />
            }
            disabled={acts.pending}
            onClick={acts.toggleHold}
          >
            {t(acts.held ? "desk.resume" : "desk.hold")}
          </KeyedButton>
        )}
        {acts.canHold && (
          <KeyedButton
            name="transfer"
            variant="default"
            leftSection={<IconTransfer size={18} aria-hidden />}
            onClick={give}
          >
            {t("desk.transfer.button")}
          </KeyedButton>
        )}
        {holds && (
          <KeyedButton
            name="keypad"
            variant={keypad ? "light" : "default"}
            expanded={keypad}
            leftSection={<IconDialpad size={18} aria-hidden />}
            onClick={toggleKeypad}
          >
            {t("desk.keypad")}
          </KeyedButton>
        )}
        <Collapse expanded={holds && keypad}>
          {holds && keypad && (
            <Keypad
              call={call}
              onClose={() => {
                setKeypad(false);
              }}
            />
          )}
        </Collapse>
        {acts.canPause && (
          <KeyedButton
            name="pauseRecording"
            variant={acts.paused ? "filled" : "default"}
            {...(acts.paused ? { color: attention } : {})}
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
        opened={asking === "end"}
        title={t("desk.endTitle")}
        text={t("desk.endText", { name: who(call) })}
        action={t("desk.end")}
        onConfirm={acts.end}
        onClose={close}
      />
      <TransferDialog call={call} opened={asking === "transfer"} onClose={close} />
    </section>
  );
}
