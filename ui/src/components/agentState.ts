/** What an agent is at, as every room shows it: one icon and one colour, beside its word. */
import type { AgentState } from "@/api/types";

import type { Tone } from "./callState";
import {
  IconCircleCheck,
  IconCircleDashed,
  IconHeadset,
  IconHourglass,
  IconPhoneIncoming,
  IconPlayerPause,
} from "./icons";

export const agentLooks: Readonly<Record<AgentState, { icon: typeof IconHeadset; tone: Tone }>> = {
  offline: { icon: IconCircleDashed, tone: "quiet" },
  paused: { icon: IconPlayerPause, tone: "wait" },
  ready: { icon: IconCircleCheck, tone: "person" },
  offered: { icon: IconPhoneIncoming, tone: "wait" },
  busy: { icon: IconHeadset, tone: "ai" },
  wrap_up: { icon: IconHourglass, tone: "wait" },
};
