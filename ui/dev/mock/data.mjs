/** A made-up organisation for looking at the screens: seeded, so that every look shows the same. */
let seed = 7;
export const random = () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};
export const pick = (list) => list[Math.floor(random() * list.length)];

const people = [
  "Rina Wijaya",
  "Rahul Sharma",
  "Budi Santoso",
  "Aizada Toktogulova",
  "M. Otieno",
  "Дмитрий Петров",
];
const more = ["Siti Rahayu", "Priya Nair", "Grace Wanjiru", "अनिता देवी", "Joko Susilo", "Amina Hassan", null];
const names = [...people, ...more];
export const says = {
  customer: [
    "Yes, I can pay on the fifth.",
    "Who is this, please?",
    "Sorry, can you repeat the amount?",
    "I already paid that last week, I have the receipt here in front of me.",
    "No, that is not my number.",
  ],
  assistant: [
    "Hi, this is Jane from Juniper Bank. Is this a good moment?",
    "Thank you. Your instalment of 1,250,000 rupiah was due on the first.",
    "I can note the fifth of December. Shall I send you a confirmation?",
    "Of course. The amount is one million two hundred and fifty thousand rupiah.",
  ],
};
const number = () =>
  pick(["+62812", "+9198", "+99670", "+25471", "+1500"]) +
  String(10000000 + Math.floor(random() * 89999999)).slice(0, 7);
const iso = (ms) => new Date(ms).toISOString();
const settings = {
  language: "en",
  description: "Reminds customers of instalments that are due and notes promises to pay.",
  system_prompt: "You are Jane, of Juniper Bank. Remind {customer_name} of {amount_due}.",
  first_message: "Hi {customer_name}, this is Jane from Juniper Bank.",
  first_message_interruptible: true,
  speech: {
    recogniser: "embedded",
    voice_provider: "embedded",
    voice: "",
    speed: null,
    model_provider: "scripted",
    model: "",
    temperature: null,
    max_tokens: null,
    script: '[greeting]\nsay = "Hi {customer_name}"\n',
    key_terms: ["Juniper"],
  },
  turns: {
    end_of_turn_min_ms: null,
    end_of_turn_max_ms: null,
    barge_in_pause_ms: null,
    barge_in_commit_ms: null,
    false_interruption_resume_ms: null,
    idle_prompt_s: null,
    idle_prompts: null,
    longest_call_s: 480,
  },
  tools: [
    { kind: "end_call" },
    { kind: "opt_out" },
    { kind: "transfer", to: "+62215551234", announcement: "One moment." },
  ],
  keys: [{ digits: "9", action: { kind: "opt_out" } }],
  fields: ["customer_name", "amount_due"],
  sample_variables: { customer_name: "Rina Wijaya", amount_due: "1,250,000" },
  record: true,
  resume_line: "",
  bridge_line: "",
  goodbye_line: "",
};
const assistant = (id, name, extra = {}) => ({
  id,
  name,
  code: name.toLowerCase().replaceAll(" ", "-"),
  enabled: true,
  version: 3,
  settings: { ...settings, ...extra },
  created_at: iso(Date.now() - 9e8),
  updated_at: iso(Date.now() - 4e6),
});
export const assistants = [
  assistant("asst_jane", "Jane"),
  assistant("akylai", "Akylai", { language: "ky", description: "Asks three survey questions." }),
  assistant("asst_emi", "EMI Reminder Agent", { language: "hi" }),
];
export const me = {
  user: "user_ann",
  name: "Ann Lee",
  email: "ann@example.com",
  role: "owner",
  phone_connected: false,
  organisation: { id: "org_1", name: "Juniper Bank", time_zone: "Asia/Jakarta" },
};
const floors = () => {
  const roll = random();
  if (roll < 0.8) return { holder: "assistant", user: null, name: null, version: 1 };
  if (roll < 0.95)
    return { holder: "person", user: "user_ben", name: pick(["Ben Otieno", "Aylin Demir"]), version: 2 };
  return { holder: "bridging", user: null, name: null, version: 2 };
};
let count = 0;
export function call(past = false) {
  count += 1;
  const from = number();
  const ringing = !past && random() < 0.06;
  const status = past
    ? pick(["completed", "completed", "completed", "no_answer", "busy", "failed", "interrupted"])
    : ringing
      ? "ringing"
      : "in_progress";
  const began = Date.now() - (past ? 6e5 + count * 7e5 : Math.floor(random() * 4e5));
  const talked = !ringing && !["no_answer", "busy", "failed"].includes(status);
  const inbound = random() < 0.35;
  return {
    id: `call_${String(count).padStart(4, "0")}`,
    direction: inbound ? "inbound" : "outbound",
    status,
    from: inbound ? from : "+62215551234",
    to: inbound ? "+62215551234" : from,
    customer_name: pick(names),
    assistant: pick(assistants).id,
    trunk: "trunk_1",
    number: null,
    sip_call_id: "a84b4c76e66710",
    floor: ringing ? { holder: "nobody", user: null, name: null, version: 0 } : floors(),
    variables: { amount_due: "1,250,000" },
    created_at: iso(began),
    answered_at: talked ? iso(began + 4000) : null,
    ended_at: past ? iso(began + 96000) : null,
    duration_ms: past && talked ? 92000 : null,
    end_reason: past ? (talked ? "customer" : "sip_486") : null,
    outcome:
      past && talked
        ? {
            disposition: "promise_to_pay",
            summary: "Rina will pay 1,250,000 rupiah on 5 December by transfer.",
            sentiment: "positive",
            needs_review: count % 4 === 0,
            fields: [
              {
                name: "promise_to_pay",
                value: { amount: 1250000, currency: "IDR", date: "2026-12-05" },
                evidence: ["i4", "i6"],
              },
            ],
          }
        : null,
    recording:
      past && talked
        ? {
            id: "rec_1",
            duration_ms: 92000,
            complete: true,
            url: `/api/v1/calls/call_${String(count).padStart(4, "0")}/recording`,
          }
        : null,
    latency: past && talked ? { turns: 4, response_p50_ms: 780, response_max_ms: 1420 } : null,
  };
}
export function transcript(id) {
  const turn = (position, speaker, text, extra = {}) => ({
    id: `i${position}`,
    call: id,
    position,
    speaker,
    speaker_name: speaker === "assistant" ? "Jane" : speaker === "person" ? "Ann Lee" : null,
    text,
    intended_text: null,
    interrupted: false,
    acknowledgement: false,
    start_ms: position * 7000,
    end_ms: position * 7000 + 4000,
    confidence: 0.93,
    latency:
      speaker === "assistant"
        ? {
            final_ms: 180,
            committed_ms: 320,
            first_token_ms: 520 + position * 30,
            first_sentence_ms: 640 + position * 40,
            first_audio_ms: 760 + position * 60,
            first_packet_ms: 780 + position * 60,
          }
        : null,
    ...extra,
  });
  return [
    turn(1, "assistant", says.assistant[0]),
    turn(2, "customer", "Yes, speaking."),
    turn(3, "assistant", says.assistant[1]),
    turn(4, "customer", "mm-hm", { acknowledgement: true }),
    turn(5, "assistant", "If you like I can also offer you to", {
      interrupted: true,
      intended_text:
        "If you like I can also offer you to split it into two parts, one now and one at the end of the month.",
    }),
    turn(6, "customer", says.customer[0]),
    turn(7, "person", "Hello, this is Ann from Juniper Bank. I have just read that; thank you."),
    turn(8, "customer", "Oh, good. Will I get a confirmation?"),
    turn(9, "assistant", "Ann asked me to go on from here. You will get a message today."),
  ];
}
const ann = { holder: "person", user: "user_ann", name: "Ann Lee", version: 2 };
const ai = { holder: "assistant", user: null, name: null, version: 3 };
export const events = (id) =>
  [
    ["floor.changed", { floor: ann, by: "user_ann", reason: "take_over", at_ms: 46500 }],
    ["floor.silenced", { after_ms: 92 }],
    ["floor.audible", { by: "user_ann", after_ms: 214 }],
    ["tool.used", { name: "send_confirmation", ok: true, at_ms: 57000 }],
    ["floor.changed", { floor: ai, by: "user_ann", reason: "hand_back", at_ms: 61000 }],
  ].map(([kind, data], index) => ({
    seq: index + 1,
    call: id,
    at: iso(Date.now() - 60000 + index * 4000),
    kind,
    data,
  }));
export const customers = [
  {
    number: "+62812345678",
    name: "Rina Wijaya",
    description: "Lets the assistant finish, then promises to pay on the fifth.",
  },
  { number: "+919876543210", name: "Rahul Sharma", description: "Confirms the payment for June 20." },
  { number: "+15005550007", name: "Interrupter", description: "Interrupts in mid-sentence with a question." },
];
const trunk = {
  host: "sip.example.com",
  transport: "udp",
  domain: null,
  username: "juniper",
  has_password: true,
  register_s: 600,
  accept_from: [],
  options_every_s: 60,
  caller_id: "+62215551234",
  max_cps: 5,
  max_channels: 100,
  enabled: true,
  created_at: iso(0),
};
export const trunks = [
  { ...trunk, id: "trunk_1", name: "India Prod Trunk 1", state: { state: "registered", expires_s: 540 } },
  {
    ...trunk,
    id: "trunk_2",
    name: "Jakarta backup",
    state: { state: "failed", code: 403, reason: "Forbidden", retry_in_s: 42 },
  },
];
export const numbers = [
  {
    id: "pn_1",
    number: "+62215551234",
    label: "Jakarta main line",
    trunk: "trunk_1",
    route: { kind: "assistant", assistant: "asst_jane" },
    created_at: iso(0),
  },
];
export const users = ["Ann Lee:owner", "Ben Otieno:supervisor", "Aylin Demir:agent"].map((text, index) => {
  const [name, role] = text.split(":");
  return {
    id: `user_${name.split(" ")[0].toLowerCase()}`,
    email: `${name.split(" ")[0].toLowerCase()}@example.com`,
    name,
    role,
    phone_name: null,
    enabled: index !== 2,
    created_at: iso(0),
    phone_connected: index === 1,
  };
});
export const keys = [
  {
    id: "key_1",
    name: "CRM import",
    role: "supervisor",
    shown_prefix: "tk_live_ab12",
    created_at: iso(0),
    last_used_at: iso(Date.now() - 36e5),
    revoked_at: null,
  },
];

const provider = (kind, name, vendor, change = {}) => ({
  id: `${kind}:${name}`,
  name,
  kind,
  vendor,
  source: "built_in",
  base_url: null,
  settings: {
    model: null,
    voice: null,
    sample_rate: null,
    stall_timeout_ms: null,
    connect_timeout_ms: null,
    endpointing_ms: null,
    eot_threshold: null,
    legacy_max_tokens: null,
  },
  has_key: false,
  key_ends: null,
  last_check: null,
  used_by: [],
  created_at: null,
  updated_at: null,
  ...change,
});
const checked = (ok, latency_ms, message = "") => ({ at: "2026-03-02T08:11:00Z", ok, latency_ms, message });

export const providers = [
  provider("recogniser", "embedded", "pocketsphinx", { used_by: [{ id: "asst_jane", name: "Jane" }] }),
  provider("voice", "embedded", "flite", { used_by: [{ id: "asst_jane", name: "Jane" }] }),
  provider("voice", "espeak", "espeak"),
  provider("model", "scripted", "scripted"),
  provider("model", "ollama", "openai", {
    source: "file",
    base_url: "http://127.0.0.1:11434/v1",
    has_key: true,
  }),
  provider("recogniser", "nova", "deepgram", {
    id: "prov_1",
    source: "console",
    base_url: "wss://api.deepgram.com",
    has_key: true,
    key_ends: "9f3c",
    last_check: checked(true, 231),
    used_by: [{ id: "asst_akylai", name: "Akylai" }],
  }),
  provider("voice", "eleven", "elevenlabs", {
    id: "prov_2",
    source: "console",
    base_url: "https://api.elevenlabs.io",
    has_key: true,
    key_ends: "77aa",
    last_check: checked(false, 0, "The provider refused the key (401): Invalid API key"),
  }),
];
export const fallback = {
  voices: [
    { provider: "eleven", option: "21m00Tcm4TlvDq8ikWAM" },
    { provider: "embedded", option: "slt" },
  ],
  models: [],
};
export const retention = {
  settings: { recordings_days: 90, transcripts_days: 180, events_days: null, sip_traces_days: 7 },
  due: { recordings: 12, transcript_items: 3480, events: 0 },
  last_sweep: {
    at: "2026-03-02T08:00:00Z",
    swept: { recordings: 4, transcript_items: 211, events: 0 },
  },
};
