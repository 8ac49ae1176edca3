/** Says that no call can reach this person, and connects the phone of this window. */
import { Alert, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { AgentView } from "@/api/types";
import { IconMicrophoneOff } from "@/components/icons";
import { PhoneSwitch } from "@/components/PhoneSwitch";
import { useReach } from "@/components/useReach";
import { useLive } from "@/lib/live/store";

/** Whether a phone of this person is connected, in this window or elsewhere. */
export function usePhoneThere(agent: AgentView): boolean {
  const reach = useReach();
  const told = useLive((state) => state.phones.get(agent.user));
  return (told ?? agent.phone) || reach === "ready" || reach === "ringing" || reach === "in_call";
}

export function NoPhone({ agent }: { agent: AgentView }) {
  const { t } = useTranslation();
  const there = usePhoneThere(agent);
  return (
    <div role="status">
      {!there && (
        <Alert
          color="orange"
          variant="light"
          icon={<IconMicrophoneOff size={18} />}
          title={t("desk.noPhone")}
          styles={{ title: { color: "var(--wait)" }, message: { color: "var(--ink)" } }}
        >
          <Stack gap="xs" align="flex-start">
            <Text size="sm">{t("desk.noPhoneHint")}</Text>
            <PhoneSwitch />
          </Stack>
        </Alert>
      )}
    </div>
  );
}
