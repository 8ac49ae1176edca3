/** A transfer as those who made it see it: what can be done with it now, and what became of the last one. */
import type { CallEvent, LiveCall, TransferView } from "@/api/types";
import type { KeyName } from "@/lib/keys/bindings";

export const transferActs = [
  "completeTransfer",
  "swapTransfer",
  "threeWay",
  "abandonTransfer",
] as const satisfies readonly KeyName[];
export type TransferAct = (typeof transferActs)[number];

type UnderWay = "ringing" | "calling" | "consulting" | "swapped" | "three_way";

/** What whoever began it may do at each step. */
export const possible: Readonly<Record<UnderWay, readonly TransferAct[]>> = {
  ringing: ["abandonTransfer"],
  calling: ["completeTransfer", "abandonTransfer"],
  consulting: ["completeTransfer", "swapTransfer", "threeWay", "abandonTransfer"],
  swapped: ["completeTransfer", "swapTransfer", "threeWay", "abandonTransfer"],
  three_way: ["completeTransfer", "abandonTransfer"],
};

export const isUnderWay = (state: TransferView["state"]): state is UnderWay => state in possible;

export type Failure = "busy" | "no_answer" | "declined" | "lost" | "abandoned";
const failures: readonly string[] = ["busy", "no_answer", "declined", "lost", "abandoned"];

export interface Failed {
  /** Of the event that told it. */
  seq: number;
  name: string;
  why: Failure;
}

/** How one's last transfer came to nothing; null where it did not, or another is under way. */
export function lastFailure(live: LiveCall, marks: readonly CallEvent[], user: string): Failed | null {
  if (live.transfer !== null) return null;
  const last = marks.findLast((event) => event.kind === "transfer.changed");
  if (last?.kind !== "transfer.changed") return null;
  const { by, name, state } = last.data.transfer;
  return by === user && failures.includes(state) ? { seq: last.seq, name, why: state as Failure } : null;
}
