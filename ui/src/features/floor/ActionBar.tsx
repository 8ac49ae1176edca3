/** The acts on a call, each with its key. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { LiveCall } from "@/api/types";
import { Confirm } from "@/components/Confirm";
import { customerNumber } from "@/components/callState";
import {
  IconArrowBackUp,
  IconEar,
  IconHandGrab,
  IconMessageDots,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerRecord,
  IconSpeakerphone,
  IconX,
} from "@/components/icons";
import { Shortcut } from "@/components/Shortcut";
import { showNumber } from "@/lib/format/number";
import { getBindings } from "@/lib/keys/bindings";
import { useKeys } from "@/lib/keys/useKeys";

import classes from "./CallPanel.module.css";
import { ConferenceButton } from "./conferences/ConferenceButton";
import { HandBackDialog } from "./HandBackDialog";
import type { Acts } from "./useActs";

const modes = [
  { mode: "listen", icon: IconEar },
  { mode: "whisper", icon: IconMessageDots },
  { mode: "barge", icon: IconSpeakerphone },
] as const;

export function ActionBar({ live, acts }: { live: LiveCall; acts: Acts }) {
  const { call } = live;
  const { t } = useTranslation();
  const [asking, setAsking] = useState<"none" | "end" | "handBack">("none");
  const close = () => {
    setAsking("none");
  };
  const toggle = (mode: "listen" | "whisper" | "barge") => {
    if (acts.canSupervise) acts.supervise(acts.mode === mode ? "left" : mode);
  };
  const askHandBack = () => {
    if (acts.canHandBack) setAsking("handBack");
  };
  const leave = () => {
    if (acts.canLeave) acts.supervise("left");
  };
  useKeys({
    ...(acts.canSupervise
      ? {
          listen: () => {
            toggle("listen");
          },
          whisper: () => {
            toggle("whisper");
          },
          barge: () => {
            toggle("barge");
          },
        }
      : {}),
    ...(acts.canTakeOver ? { takeOver: acts.takeOver } : {}),
    ...(acts.canHandBack ? { handBack: askHandBack } : {}),
    ...(acts.canPause || acts.canRecord ? { pauseRecording: acts.toggleRecording } : {}),
    ...(acts.canLeave ? { leave } : {}),
    end: () => {
      setAsking("end");
    },
    endNow: acts.end,
  });
  const hint = (
    name: "listen" | "whisper" | "barge" | "takeOver" | "handBack" | "pauseRecording" | "end" | "leave",
  ) => ({ rightSection: <Shortcut name={name} />, "aria-keyshortcuts": getBindings().keys[name] }) as const;
  return (
    <div className={classes.actions} role="group" aria-label={t("acts.label")}>
      {modes.map(({ mode, icon: Icon }) => (
        <Button
          key={mode}
          variant={acts.mode === mode ? "filled" : "default"}
          aria-pressed={acts.mode === mode}
          disabled={!acts.canSupervise}
          leftSection={<Icon size={17} aria-hidden />}
          title={t(`acts.${mode}Hint`)}
          onClick={() => {
            toggle(mode);
          }}
          {...hint(mode)}
        >
          {t(`acts.${mode}`)}
        </Button>
      ))}
      {acts.canLeave && (
        <Button
          variant="default"
          leftSection={<IconX size={16} aria-hidden />}
          onClick={leave}
          {...hint("leave")}
        >
          {t("acts.leave")}
        </Button>
      )}
      {acts.holds ? (
        <Button
          color="teal.9"
          leftSection={<IconArrowBackUp size={18} aria-hidden />}
          disabled={!acts.canHandBack}
          onClick={askHandBack}
          {...hint("handBack")}
        >
          {t("acts.handBack")}
        </Button>
      ) : (
        <Button
          leftSection={<IconHandGrab size={18} aria-hidden />}
          disabled={!acts.canTakeOver}
          onClick={acts.takeOver}
          {...hint("takeOver")}
        >
          {t("acts.takeOver")}
        </Button>
      )}
      <span className={classes.gap} />
      <ConferenceButton live={live} />
      {acts.canPause && (
        <Button
          variant={acts.paused ? "filled" : "default"}
          {...(acts.paused ? { color: "orange.9" } : {})}
          aria-pressed={acts.paused}
          leftSection={
            acts.paused ? <IconPlayerPlay size={17} aria-hidden /> : <IconPlayerPause size={17} aria-hidden />
          }
          title={t("acts.pauseRecordingHint")}
          onClick={acts.toggleRecording}
          {...hint("pauseRecording")}
        >
          {t(acts.paused ? "acts.resumeRecording" : "acts.pauseRecording")}
        </Button>
      )}
      {acts.canRecord && (
        <Button
          variant="default"
          leftSection={<IconPlayerRecord size={17} aria-hidden />}
          onClick={acts.toggleRecording}
          {...hint("pauseRecording")}
        >
          {t("acts.startRecording")}
        </Button>
      )}
      <Button
        variant="outline"
        color="var(--bad)"
        leftSection={<IconPhoneOff size={17} aria-hidden />}
        onClick={() => {
          setAsking("end");
        }}
        {...hint("end")}
      >
        {t("acts.end")}
      </Button>
      <Confirm
        opened={asking === "end"}
        title={t("acts.endTitle")}
        text={t("acts.endText", { name: call.customer_name ?? showNumber(customerNumber(call)) })}
        action={t("acts.endCall")}
        onConfirm={acts.end}
        onClose={close}
      />
      <HandBackDialog opened={asking === "handBack"} onClose={close} onHandBack={acts.handBack} />
    </div>
  );
}
