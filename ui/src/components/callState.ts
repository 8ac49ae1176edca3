/** A call's state as the console shows it: one word, one icon, one colour. */
import type { Call, LiveCall } from "@/api/types";

import {
  IconAlertTriangle,
  IconArrowsExchange,
  IconBan,
  IconCircleCheck,
  IconClock,
  IconHeadset,
  IconHourglass,
  IconPhoneCalling,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconPhoneX,
  IconPlugConnectedX,
  IconRobot,
  IconUserQuestion,
} from "./icons";

export type CallState =
  | "queued"
  | "waiting"
  | "offered"
  | "ringing"
  | "ai"
  | "person"
  | "bridging"
  | "outside"
  | "nobody"
  | "completed"
  | "busy"
  | "no_answer"
  | "declined"
  | "failed"
  | "cancelled"
  | "interrupted";

export type Tone = "ai" | "person" | "wait" | "bad" | "quiet";

export const looks: Readonly<Record<CallState, { icon: typeof IconRobot; tone: Tone }>> = {
  queued: { icon: IconHourglass, tone: "wait" },
  waiting: { icon: IconHourglass, tone: "wait" },
  offered: { icon: IconPhoneCalling, tone: "wait" },
  ringing: { icon: IconPhoneCalling, tone: "wait" },
  ai: { icon: IconRobot, tone: "ai" },
  person: { icon: IconHeadset, tone: "person" },
  bridging: { icon: IconArrowsExchange, tone: "wait" },
  outside: { icon: IconPhoneOutgoing, tone: "quiet" },
  nobody: { icon: IconUserQuestion, tone: "bad" },
  completed: { icon: IconCircleCheck, tone: "quiet" },
  busy: { icon: IconBan, tone: "wait" },
  no_answer: { icon: IconClock, tone: "wait" },
  declined: { icon: IconPhoneX, tone: "wait" },
  failed: { icon: IconAlertTriangle, tone: "bad" },
  cancelled: { icon: IconPhoneOff, tone: "quiet" },
  interrupted: { icon: IconPlugConnectedX, tone: "bad" },
};

const holders = {
  assistant: "ai",
  person: "person",
  bridging: "bridging",
  outside: "outside",
  nobody: "nobody",
} as const;

export const callState = ({ status, floor }: Pick<Call, "status" | "floor">): CallState =>
  status === "in_progress" ? holders[floor.holder] : status;

/** The same, of a call that may stand in a queue: then that is what it is at. */
export const liveState = ({ call, queue }: Pick<LiveCall, "call" | "queue">): CallState =>
  call.status === "in_progress" && queue?.waiting
    ? queue.offered_to.length > 0
      ? "offered"
      : "waiting"
    : callState(call);

/** The customer's number, whichever way the call went. */
export const customerNumber = ({ direction, from, to }: Pick<Call, "direction" | "from" | "to">): string =>
  direction === "inbound" ? from : to;
