/** How the states of an agent look, and why one may be on a break. */
import type { AgentState } from "@/api/types";
import type { Tone } from "@/components/callState";
import {
  IconCircleCheck,
  IconCircleDashed,
  IconHeadset,
  IconHourglass,
  IconPhoneIncoming,
  IconPlayerPause,
} from "@/components/icons";

export const looks: Readonly<Record<AgentState, { icon: typeof IconHeadset; tone: Tone }>> = {
  offline: { icon: IconCircleDashed, tone: "quiet" },
  paused: { icon: IconPlayerPause, tone: "wait" },
  ready: { icon: IconCircleCheck, tone: "person" },
  offered: { icon: IconPhoneIncoming, tone: "wait" },
  busy: { icon: IconHeadset, tone: "ai" },
  wrap_up: { icon: IconHourglass, tone: "wait" },
};

export const reasons = ["lunch", "break", "training", "meeting", "other"] as const;
export type Reason = (typeof reasons)[number];

export const isReason = (reason: string): reason is Reason => reasons.some((known) => known === reason);

/** Breaks that the exchange put somebody on, who may not know why. */
export const isForced = (reason: string | null): reason is "no_answer" | "no_phone" =>
  reason === "no_answer" || reason === "no_phone";
