/** Made-up webhooks: one that takes messages, one that was switched off, and what was sent to them. */
const at = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const usual = {
  contract: null,
  description: "",
  topics: [],
  enabled: true,
  disabled_reason: null,
  failing_since: null,
  old_secret_until: null,
  created_at: at(9_000),
};
const crm = { ...usual, id: "whep_1", url: "https://crm.juniper.example/hooks/calls", description: "CRM" };

export const webhooks = [
  { ...crm, old_secret_until: at(-600) },
  {
    ...usual,
    id: "whep_2",
    contract: "sauti",
    url: "https://old.example/webhook",
    topics: ["call.completed", "payment.promised"],
    enabled: false,
    disabled_reason: "failing",
    failing_since: at(4_500),
  },
  { ...usual, id: "whep_calls_voice", contract: "voice", url: null },
];

const delivery = (id, state, attempts, minutes) => ({
  id,
  webhook: "whep_1",
  contract: null,
  url: crm.url,
  topic: "call.completed",
  call: "call_0003",
  state,
  attempts,
  next_attempt_at: state === "pending" ? at(-4) : null,
  created_at: at(minutes),
  finished_at: state === "pending" ? null : at(minutes - 1),
});
export const deliveries = [
  delivery("evt_103_0", "pending", 1, 2),
  delivery("evt_102_0", "delivered", 1, 14),
  delivery("evt_101_0", "failed", 10, 5_000),
];

/** Answers what is below `/webhooks` and `/webhook-deliveries`. */
export function sent(head, id, verb) {
  if (head === "webhooks" && verb === "rotate") return { webhook: webhooks[0], secret: "whsec_bWFkZSB1cA==" };
  if (head === "webhooks") return verb === undefined ? { items: webhooks } : deliveries[0];
  if (id === undefined) return { items: deliveries, next_cursor: null };
  return {
    delivery: deliveries.find((one) => one.id === id),
    tries: [
      { at: at(14), duration_ms: 15_000, status: null, error: "no answer in time", answer: null },
      { at: at(13), duration_ms: 84, status: 503, error: null, answer: "upstream is being restarted" },
      { at: at(8), duration_ms: 61, status: 200, error: null, answer: null },
    ],
  };
}
