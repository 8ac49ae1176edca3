/** Rows of the API for tests: whole, with what a test cares about put over them. */
import type { Assistant, Call, CallEvent, LiveCall, Me, TranscriptItem, Trunk } from "@/api/types";

export const call = (over: Partial<Call> = {}): Call => ({
  id: "call_1",
  direction: "outbound",
  status: "in_progress",
  from: "+62215551234",
  to: "+62812345678",
  customer_name: "Rina Wijaya",
  assistant: "asst_jane",
  trunk: null,
  number: null,
  placed_by: null,
  placed_for: null,
  sip_call_id: null,
  floor: { holder: "assistant", user: null, name: null, version: 1 },
  variables: {},
  created_at: "2026-03-01T09:30:00Z",
  answered_at: "2026-03-01T09:30:05Z",
  ended_at: null,
  duration_ms: null,
  held_ms: 0,
  end_reason: null,
  outcome: null,
  recording: null,
  latency: null,
  ...over,
});

export const liveCall = (over: Partial<Call> = {}, rest: Partial<LiveCall> = {}): LiveCall => ({
  call: call(over),
  supervisors: [],
  last_line: null,
  quality: null,
  transfer: null,
  held: false,
  rings_for: null,
  queue: null,
  ...rest,
});

export const item = (over: Partial<TranscriptItem> = {}): TranscriptItem => ({
  id: "item_1",
  call: "call_1",
  position: 1,
  speaker: "assistant",
  speaker_name: "Jane",
  text: "Hi, this is Jane.",
  intended_text: null,
  interrupted: false,
  acknowledgement: false,
  start_ms: 0,
  end_ms: 1500,
  confidence: null,
  latency: null,
  ...over,
});

type Body = CallEvent extends infer E ? (E extends CallEvent ? Pick<E, "kind" | "data"> : never) : never;

export const event = (seq: number, body: Body, callId: string | null = "call_1"): CallEvent =>
  ({ seq, call: callId, at: "2026-03-01T09:31:00Z", ...body }) as CallEvent;

export const ann = { holder: "person" as const, user: "user_ann", name: "Ann Lee", version: 2 };

export const me: Me = {
  user: "user_ann",
  name: "Ann Lee",
  email: "ann@example.com",
  role: "owner",
  organisation: { id: "org_1", name: "Juniper Bank", time_zone: "Asia/Jakarta" },
  phone_connected: true,
};

export const trunk: Trunk = {
  id: "trunk_1",
  name: "India Prod Trunk 1",
  host: "sip.example.com",
  transport: "udp",
  domain: null,
  username: "juniper",
  has_password: true,
  register_s: 600,
  accept_from: [],
  options_every_s: 60,
  srtp: null,
  codecs: [],
  caller_id: null,
  max_cps: 5,
  max_channels: 100,
  enabled: true,
  created_at: "2026-01-01T00:00:00Z",
  state: { state: "registering" },
};

export const assistantOf = (draft: Pick<Assistant, "name" | "code" | "enabled" | "settings">): Assistant => ({
  ...draft,
  id: "asst_jane",
  version: 3,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-02T00:00:00Z",
});
