/** What the console knows of calls in progress, built from the live socket's messages. */
import type { AgentState, CallEvent, LiveCall, Me, Speaker, TranscriptItem, TrunkState } from "@/api/types";

export type Connection = "idle" | "connecting" | "live" | "offline";

/** Text still being spoken. */
export interface Interim {
  speaker: Speaker;
  text: string;
  startMs: number;
}

/** What an agent is at. */
export interface AgentAt {
  state: AgentState;
  reason: string | null;
  /** End of wrap-up. */
  until: string | null;
  since: string;
}

export interface LiveState {
  connection: Connection;
  /** Last sequence number seen; where a broken socket resumes. */
  seq: number | null;
  /** Whether a first snapshot arrived. */
  loaded: boolean;
  me: Me | null;
  calls: ReadonlyMap<string, LiveCall>;
  /** Calls that ended while they were watched here, newest last. */
  ended: ReadonlyMap<string, LiveCall>;
  /** Transcript items by call, in order of position. */
  items: ReadonlyMap<string, readonly TranscriptItem[]>;
  /** Events of a call that its transcript marks (floor, tools, opt-out, failures). */
  marks: ReadonlyMap<string, readonly CallEvent[]>;
  interims: ReadonlyMap<string, readonly Interim[]>;
  trunks: ReadonlyMap<string, TrunkState>;
  /** Phones that came or went since the snapshot, by person. */
  phones: ReadonlyMap<string, boolean>;
  /** Agents who were told to be at something since the snapshot, by person. */
  agents: ReadonlyMap<string, AgentAt>;
  /** Grows when transcripts have to be read again, because messages were lost. */
  generation: number;
}

export const emptyState: LiveState = {
  connection: "idle",
  seq: null,
  loaded: false,
  me: null,
  calls: new Map(),
  ended: new Map(),
  items: new Map(),
  marks: new Map(),
  interims: new Map(),
  trunks: new Map(),
  phones: new Map(),
  agents: new Map(),
  generation: 0,
};
