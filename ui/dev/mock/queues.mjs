/** Queues, who waits in them and who takes calls, for looking at the screens. */
const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
const settings = {
  strategy: "longest_idle",
  priority: 0,
  ageing_s: 60,
  needs: [{ skill: "hindi", level: 6, relaxed: [{ after_s: 30, level: 3 }] }],
  offer_timeout_s: 15,
  auto_pause: true,
  retry_after_s: 30,
  wrap_up_s: 15,
  longest_wait_s: 600,
  most_waiting: null,
  longest_estimate_s: null,
  join_with: "nobody",
  stay_with: "nobody",
  announce_every_s: 45,
  greeting: "Thank you for calling Juniper Bank.",
  bridge: "asst_jane",
  overflow: { kind: "hang_up" },
  service_level_s: 20,
  usual_handling_s: 180,
  script: "Greet {customer_name}, then ask for the last payment.",
  dispositions: ["Promise to pay", "Call back", "Wrong number"],
  disposition_required: true,
};
const person = (user, rank = 0) => ({ kind: "person", user, rank });
export const queues = [
  {
    id: "queue_support",
    name: "Support",
    settings,
    members: [
      person("user_ben"),
      person("user_aylin", 1),
      { kind: "assistant", assistant: "asst_jane", rank: 2 },
    ],
    created_at: ago(9e5),
  },
  {
    id: "queue_collections",
    name: "Collections",
    settings: { ...settings, strategy: "ranked", needs: [] },
    members: [person("user_aylin")],
    created_at: ago(8e5),
  },
];

/** Every seventh live call waits, one of them is held out to somebody. */
export const queueOf = (index) =>
  index % 7 === 3
    ? {
        queue: index % 2 === 0 ? "queue_collections" : "queue_support",
        joined_at: ago(20 + index * 9),
        waiting: true,
        offered_to: index === 3 ? ["user_ben"] : [],
      }
    : index % 7 === 5
      ? { queue: "queue_support", joined_at: ago(200), waiting: false, offered_to: [] }
      : null;

const agent = (user, name, state, seconds, more = {}) => ({
  user,
  name,
  state,
  reason: null,
  since: ago(seconds),
  until: null,
  calls: [],
  last_call: null,
  skills: { hindi: 7, billing: 4 },
  capacity: 1,
  queues: ["queue_support"],
  calls_taken: 12,
  phone: true,
  ...more,
});
export function floor(live) {
  const waiting = (id) =>
    [...live.values()]
      .filter(({ queue }) => queue?.waiting && queue.queue === id)
      .map(({ call, queue }, at) => ({
        call: call.id,
        position: at + 1,
        since: queue.joined_at,
        priority: at === 1 ? 3 : 0,
        offered_to: queue.offered_to.map((user) => ({ kind: "person", user })),
        estimate_s: at === 2 ? null : 40 + at * 75,
      }));
  return {
    queues: queues.map(({ id, name }) => ({ queue: id, name, waiting: waiting(id) })),
    agents: [
      agent("user_ben", "Ben Otieno", "offered", 8),
      agent("user_aylin", "Aylin Demir", "busy", 311, { queues: ["queue_support", "queue_collections"] }),
      agent("user_siti", "Siti Rahayu", "wrap_up", 12),
      agent("user_joko", "Joko Susilo", "ready", 95),
      agent("user_priya", "Priya Nair", "paused", 640, { reason: "Lunch" }),
      agent("user_grace", "Grace Wanjiru", "paused", 41, { reason: "no_answer", phone: false, queues: [] }),
      agent("user_amina", "Amina Hassan", "offline", 8400, { phone: false }),
    ],
  };
}
