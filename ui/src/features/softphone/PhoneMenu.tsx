/** One's own phone in the top bar: its state, its devices, its level. */
import { Button, Popover, Stack } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { IconHeadset, IconMicrophoneOff, IconPhone, IconPhoneIncoming } from "@/components/icons";
import { LevelMeter } from "@/components/LevelMeter";
import { PhoneSwitch } from "@/components/PhoneSwitch";
import { useReach } from "@/components/useReach";
import type { PhoneStatus } from "@/host";

import { DevicePicker } from "./DevicePicker";
import { Ringing } from "./Ringing";

const looks: Readonly<Record<PhoneStatus, { icon: typeof IconPhone; tone: string }>> = {
  off: { icon: IconPhone, tone: "quiet" },
  connecting: { icon: IconPhone, tone: "wait" },
  ready: { icon: IconHeadset, tone: "person" },
  ringing: { icon: IconPhoneIncoming, tone: "wait" },
  in_call: { icon: IconHeadset, tone: "ai" },
  failed: { icon: IconMicrophoneOff, tone: "bad" },
};

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
