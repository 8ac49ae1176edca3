/** Where one stands in a call, and what can be done from there. */
import type { LiveCall, SupervisionMode } from "@/api/types";

export interface Standing {
  mode: SupervisionMode;
  /** One holds the floor oneself. */
  holds: boolean;
  canSupervise: boolean;
  canTakeOver: boolean;
  canHandBack: boolean;
  canSay: boolean;
  canLeave: boolean;
  /** There is a recording that can be paused or resumed. */
  canPause: boolean;
  paused: boolean;
  /** Nothing is recorded yet; the server says where its rules forbid it. */
  canRecord: boolean;
}

export function standing({ call, supervisors }: LiveCall, me: string | null): Standing {
  const talking = call.status === "in_progress";
  const holds = call.floor.holder === "person" && call.floor.user === me && me !== null;
  const mode = holds ? "floor" : (supervisors.find(({ user }) => user === me)?.mode ?? "left");
  const state = call.recording?.state;
  const assistantSpeaks = call.floor.holder === "assistant" || call.floor.holder === "bridging";
  return {
    mode,
    holds,
    canSupervise: talking && !holds,
    // Somebody else's floor is refused by the server, who says whose it is; the button stays to ask.
    canTakeOver: talking && !holds,
    canHandBack: talking && holds && call.assistant !== null,
    canSay: talking && assistantSpeaks,
    canLeave: mode !== "left" && !holds,
    canPause: talking && (state === "recording" || state === "paused"),
    paused: state === "paused",
    canRecord: talking && state === undefined,
  };
}
