/** What an agent is at, as the floor shows it: one word, one icon, one colour. */
import type { AgentState } from "@/api/types";
import type { Tone } from "@/components/callState";
import {
  IconCoffee,
  IconHeadset,
  IconPencil,
  IconPhoneCalling,
  IconPower,
  IconUserCheck,
} from "@/components/icons";

export const agentLooks: Readonly<Record<AgentState, { icon: typeof IconCoffee; tone: Tone }>> = {
  ready: { icon: IconUserCheck, tone: "person" },
  offered: { icon: IconPhoneCalling, tone: "wait" },
  busy: { icon: IconHeadset, tone: "ai" },
  wrap_up: { icon: IconPencil, tone: "wait" },
  paused: { icon: IconCoffee, tone: "quiet" },
  offline: { icon: IconPower, tone: "quiet" },
};
