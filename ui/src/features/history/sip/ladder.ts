/** What a ladder is made of: who stands where, which way each message goes, and what the whole tells. */
import type { SipMessage, SipParty } from "@/api/types";

/** A vertical line: us, or a peer's address. */
export interface Column {
  address: string;
  party: SipParty | "us";
}

/** What a message is, as far as its colour and mark go. */
export type Kind = "request" | "progress" | "success" | "redirect" | "challenge" | "refusal";

/** A message in its place. */
export interface Step {
  message: SipMessage;
  kind: Kind;
  /** Indexes of columns. */
  from: number;
  to: number;
  /** Since the first message. */
  sinceMs: number;
  /** Since the one before; null at the first. */
  deltaMs: number | null;
}

export interface Ladder {
  columns: Column[];
  steps: Step[];
}

/** What a ladder says of the customer's leg in a few words. */
export interface Summary {
  messages: number;
  again: number;
  ringingMs: number | null;
  answeredMs: number | null;
  /** The final answer to our or their INVITE that was no success, such as `486 Busy Here`. */
  refused: string | null;
  ended: "us" | "them" | "cancelled" | null;
}

/** The customer's peers to the left of us, those of our people and of outside numbers to the right. */
export function ladder(messages: readonly SipMessage[]): Ladder {
  const left: Column[] = [];
  const right: Column[] = [];
  for (const { peer: address, party } of messages) {
    if ([...left, ...right].some((column) => column.address === address)) continue;
    (party === "customer" ? left : right).push({ address, party });
  }
  const us: Column = { address: messages[0]?.local ?? "", party: "us" };
  const columns = [...left, us, ...right];
  const begun = at(messages[0]);
  const steps = messages.map((message, index) => {
    const peer = columns.findIndex(({ address, party }) => party !== "us" && address === message.peer);
    const [from, to] = message.direction === "sent" ? [left.length, peer] : [peer, left.length];
    const deltaMs = index === 0 ? null : at(message) - at(messages[index - 1]);
    return { message, kind: kindOf(message.status), from, to, sinceMs: at(message) - begun, deltaMs };
  });
  return { columns, steps };
}

export function summary(messages: readonly SipMessage[]): Summary {
  const leg = messages.filter(({ party }) => party === "customer");
  const begun = leg.find(({ method, status }) => method === "INVITE" && status === null);
  const answers = leg.filter(({ method, status }) => method === "INVITE" && status !== null);
  const after = (message: SipMessage | undefined) =>
    begun === undefined || message === undefined ? null : at(message) - at(begun);
  const answered = answers.find(({ status }) => kindOf(status) === "success");
  const refused = answers.findLast(({ status }) => ["refusal", "redirect"].includes(kindOf(status)));
  const request = (name: string) => leg.find(({ method, status }) => method === name && status === null);
  const bye = request("BYE");
  const ending = () => {
    if (bye !== undefined) return bye.direction === "sent" ? "us" : "them";
    return request("CANCEL") === undefined ? null : "cancelled";
  };
  return {
    messages: messages.length,
    again: messages.filter(({ retransmission }) => retransmission).length,
    ringingMs: after(answers.find(({ status }) => status !== null && status > 100 && status < 200)),
    answeredMs: after(answered),
    refused: answered === undefined ? (refused?.summary ?? null) : null,
    ended: ending(),
  };
}

export function kindOf(status: number | null): Kind {
  if (status === null) return "request";
  if (status < 200) return "progress";
  if (status < 300) return "success";
  if (status < 400) return "redirect";
  return status === 401 || status === 407 ? "challenge" : "refusal";
}

const at = (message: SipMessage | undefined): number =>
  message === undefined ? 0 : new Date(message.at).getTime();
