/** Rows of queues and agents for tests: whole, with what a test cares about put over them. */
import type { AgentView, Queue, WaitingView } from "@/api/types";

export const queueOf = (over: Partial<Queue>, settings: Partial<Queue["settings"]> = {}): Queue => ({
  id: "queue_1",
  name: "Support",
  members: [{ kind: "person", user: "user_ben", rank: 0 }],
  created_at: "2026-01-01T00:00:00Z",
  settings: {
    strategy: "longest_idle",
    priority: 0,
    ageing_s: 60,
    needs: [],
    offer_timeout_s: 15,
    auto_pause: true,
    retry_after_s: 30,
    wrap_up_s: 15,
    longest_wait_s: null,
    most_waiting: null,
    longest_estimate_s: null,
    join_with: "nobody",
    stay_with: "nobody",
    announce_every_s: 45,
    greeting: null,
    bridge: null,
    overflow: { kind: "hang_up" },
    service_level_s: 20,
    usual_handling_s: 180,
    script: "",
    dispositions: [],
    disposition_required: false,
    ...settings,
  },
  ...over,
});

export const agentOf = (over: Partial<AgentView>): AgentView => ({
  user: "user_ben",
  name: "Ben Otieno",
  state: "ready",
  reason: null,
  since: "2026-03-01T09:00:00Z",
  until: null,
  calls: [],
  last_call: null,
  skills: { hindi: 7 },
  capacity: 1,
  pinned: false,
  queues: ["queue_1"],
  calls_taken: 3,
  phone: true,
  ...over,
});

export const waitingOf = (over: Partial<WaitingView>): WaitingView => ({
  call: "call_1",
  position: 1,
  since: "2026-03-01T09:30:00Z",
  priority: 0,
  offered_to: [],
  estimate_s: 95,
  ...over,
});
