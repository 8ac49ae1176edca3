/** Why one may be on a break. */
export const reasons = ["lunch", "break", "training", "meeting", "other"] as const;
export type Reason = (typeof reasons)[number];

export const isReason = (reason: string): reason is Reason => reasons.some((known) => known === reason);

/** Breaks that the exchange put somebody on, who may not know why. */
export const isForced = (reason: string | null): reason is "no_answer" | "no_phone" | "phone_gone" =>
  reason === "no_answer" || reason === "no_phone" || reason === "phone_gone";
