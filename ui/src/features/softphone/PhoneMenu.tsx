/** One's own phone in the top bar: its state, its devices, its level. */
import { Button, Popover, Stack } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { IconHeadset, IconMicrophoneOff, IconPhone, IconPhoneIncoming } from "@/components/icons";
import { type PhoneStatus, usePhone } from "@/host";
import { useLive } from "@/lib/live/store";

import { DevicePicker } from "./DevicePicker";
import { LevelMeter } from "./LevelMeter";
import { Ringing } from "./Ringing";
import { PhoneSwitch } from "./PhoneSwitch";

const looks: Readonly<Record<PhoneStatus, { icon: typeof IconPhone; tone: string }>> = {
  off: { icon: IconPhone, tone: "quiet" },
  connecting: { icon: IconPhone, tone: "wait" },
  ready: { icon: IconHeadset, tone: "person" },
  ringing: { icon: IconPhoneIncoming, tone: "wait" },
  in_call: { icon: IconHeadset, tone: "ai" },
  failed: { icon: IconMicrophoneOff, tone: "bad" },
};

/** What this person's phone is, counting a SIP phone that this window knows only by hearsay. */
export function useReach(): PhoneStatus | "elsewhere" {
  const { status } = usePhone();
  const me = useLive((state) => state.me);
  const told = useLive((state) => (me?.user ? state.phones.get(me.user) : undefined));
  const elsewhere = status === "off" && (told ?? me?.phone_connected ?? false);
  return elsewhere ? "elsewhere" : status;
}

export function PhoneMenu() {
  const { t } = useTranslation();
  const reach = useReach();
  const { icon: Icon, tone } = reach === "elsewhere" ? looks.ready : looks[reach];
  return (
    <>
      <Ringing />
      <Popover position="bottom-end" width={320} withArrow trapFocus>
        <Popover.Target>
          <Button
            variant="default"
            data-tone={tone}
            leftSection={<Icon size={17} aria-hidden style={{ color: "var(--tone)" }} />}
            rightSection={
              reach === "ready" || reach === "in_call" ? <LevelMeter side="input" width={36} /> : null
            }
          >
            {t(`phone.status.${reach}`)}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={t("phone.title")}>
          <Stack gap="sm">
            <PhoneSwitch />
            <DevicePicker />
            <LevelMeter side="input" labelled />
            <LevelMeter side="output" labelled />
            <Button
              variant="subtle"
              size="compact-sm"
              renderRoot={(props) => <Link to="/phone" {...props} />}
            >
              {t("phone.more")}
            </Button>
          </Stack>
        </Popover.Dropdown>
      </Popover>
    </>
  );
}
