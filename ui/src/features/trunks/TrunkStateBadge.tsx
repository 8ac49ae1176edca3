/** Whether a trunk can be used right now: icon, word and colour, and why not. */
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { TrunkState } from "@/api/types";
import type { Tone } from "@/components/callState";
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconRefresh,
} from "@/components/icons";
import badge from "@/components/StateBadge.module.css";

const looks: Readonly<Record<TrunkState["state"], { icon: typeof IconBan; tone: Tone }>> = {
  registered: { icon: IconCircleCheck, tone: "person" },
  reachable: { icon: IconCircleCheck, tone: "person" },
  registering: { icon: IconRefresh, tone: "wait" },
  unmonitored: { icon: IconCircleDashed, tone: "quiet" },
  failed: { icon: IconAlertTriangle, tone: "bad" },
  disabled: { icon: IconBan, tone: "quiet" },
};

export function TrunkStateBadge({ state }: { state: TrunkState }) {
  const { t } = useTranslation();
  const { icon: Icon, tone } = looks[state.state];
  return (
    <>
      <span className={badge.badge} data-tone={tone}>
        <Icon size={14} aria-hidden />
        {t(`trunks.states.${state.state}`)}
      </span>
      {state.state === "failed" && (
        <Text size="xs" c="dimmed">
          {[state.code, state.reason].filter((part) => part !== null && part !== "").join(" ")} ·{" "}
          {t("trunks.retry", { count: state.retry_in_s })}
        </Text>
      )}
    </>
  );
}
