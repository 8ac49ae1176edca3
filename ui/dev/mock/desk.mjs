/** A made-up desk: one caller who is offered, answered, and wrapped up. */
import * as data from "./data.mjs";

const at = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
const quality = {
  packets_received: 4000,
  packets_lost: 3,
  packets_sent: 4000,
  jitter_ms: 8.2,
  buffer_ms: 40,
  round_trip_ms: 84,
  remote_loss: 0,
  mos: 4.3,
};

/** Answers what is asked of the desk; `undefined` to a request that is not about it. */
export function openDesk() {
  const row = {
    ...data.call(),
    id: "call_desk",
    direction: "inbound",
    status: "in_progress",
    from: "+62812345678",
    to: "+62215551236",
    customer_name: "Rina Wijaya",
    assistant: null,
    variables: { amount_due: "1 200 000 IDR", due_on: "5 December", customer_number: "C-20991" },
    created_at: at(-95),
    answered_at: at(-90),
    floor: { holder: "nobody", user: null, name: null, version: 1 },
    recording: { id: "rec_desk", duration_ms: 0, complete: false, state: "recording" },
  };
  const script =
    "Greet Rina Wijaya by name and ask for the customer number.\nNever name the amount before the number was checked.";
  const contacts = [data.call(true), data.call(true), data.call(true)].map((call) => ({
    ...call,
    from: row.from,
    customer_name: row.customer_name,
  }));
  const agent = {
    user: data.me.user,
    name: data.me.name,
    state: "offered",
    reason: null,
    since: at(-12),
    until: null,
    calls: [row.id],
    last_call: null,
    skills: {},
    capacity: 1,
    pinned: false,
    queues: ["queue_support"],
    calls_taken: 4,
    phone: true,
  };

  const be = (state, rest = {}) =>
    Object.assign(agent, { state, reason: null, until: null, since: at(0), ...rest });

  let held = false;
  let transfer = null;
  const given = { by: data.me.user, to: "user_ben", name: "Ben Otieno", held: true };

  return (path, body) => {
    if (path.endsWith("/me/presence"))
      return body.presence === "ready"
        ? be("offered", { calls: [row.id] })
        : be(body.presence, { calls: [], reason: body.reason ?? null });
    if (path.endsWith("/me/wrap-up"))
      return body.extend_s === null ? be("ready") : be("wrap_up", { until: at(body.extend_s) });
    if (path.endsWith(`/calls/${row.id}/answer`)) {
      be("busy");
      row.floor = { holder: "person", user: data.me.user, name: data.me.name, version: 2 };
      return { floor: row.floor };
    }
    if (path.endsWith(`/calls/${row.id}/decline`)) {
      be("ready", { calls: [] });
      return { floor: row.floor };
    }
    if (path.endsWith(`/calls/${row.id}/end`)) {
      be("wrap_up", { calls: [], until: at(40), last_call: row.id });
      return { floor: row.floor };
    }
    const act = /\/calls\/call_desk\/(hold|resume|dtmf|transfer.*)$/.exec(path)?.[1];
    if (act === "hold" || act === "resume") held = act === "hold";
    if (act === "transfer") transfer = { ...given, state: body.kind === "blind" ? "ringing" : "consulting" };
    if (act === "transfer/abandon" || act === "transfer/complete") transfer = null;
    if (act === "transfer/swap")
      transfer = { ...given, state: transfer?.state === "swapped" ? "consulting" : "swapped" };
    if (act === "transfer/three-way") transfer = { ...given, state: "three_way" };
    if (act !== undefined) return { floor: row.floor };
    if (path.endsWith("/desk/colleagues"))
      return {
        people: [
          { id: "user_ben", name: "Ben Otieno", state: "available", phone: true },
          { id: "user_sue", name: "Sue Park", state: "on_call", phone: true },
          { id: "user_tom", name: "Tom Abel", state: "away", phone: false },
        ],
        queues: [{ id: "queue_support", name: "Support" }],
        assistants: [{ id: "asst_jane", name: "Jane" }],
      };
    if (!path.endsWith("/me/desk")) return undefined;
    const waiting = agent.state === "offered";
    const live = {
      call: row,
      supervisors: [],
      last_line: null,
      alerts: [],
      conference: null,
      held,
      rings_for: null,
      transfer,
      quality: { ...quality },
      queue: {
        queue: "queue_support",
        joined_at: row.answered_at,
        waiting,
        offered_to: waiting ? [agent.user] : [],
      },
    };
    return {
      agent,
      calls:
        agent.calls.length === 0
          ? []
          : [{ live, queue: "Support", script, transcript: data.transcript(row.id), contacts }],
      wrapping_up: agent.state === "wrap_up" ? { ...row, status: "completed", ended_at: agent.since } : null,
      dispositions: ["Resolved", "Promise to pay", "Call again", "Wrong number", "Complaint"],
      disposition_required: true,
    };
  };
}
