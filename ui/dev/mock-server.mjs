/**
 * Serves ui/dist and a made-up console API, for looking at the screens without an exchange:
 * `node dev/mock-server.mjs [calls] [port]`. Understands reads, the live socket and the acts on a call; saves nothing.
 */
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { WebSocketServer } from "ws";

import { conferences } from "./mock/conferences.mjs";
import * as data from "./mock/data.mjs";
import { openDesk } from "./mock/desk.mjs";
import { floor, queueOf, queues } from "./mock/queues.mjs";
import { sip } from "./mock/sip.mjs";
import { sent } from "./mock/webhooks.mjs";

const [wanted = 40, port = 7799] = process.argv.slice(2).map(Number);
const live = new Map();
for (let index = 0; index < wanted; index++) {
  const call = data.call();
  const last_line =
    call.status === "ringing" ? null : data.pick([...data.says.customer, ...data.says.assistant]);
  const supervisors = index % 9 === 2 ? [{ user: "user_ben", name: "Ben Otieno", mode: "listen" }] : [];
  const quality = {
    packets_received: 4000,
    packets_lost: index % 7 === 0 ? 210 : 3,
    packets_sent: 4000,
    jitter_ms: 8.2,
    buffer_ms: 40,
    round_trip_ms: 84,
    remote_loss: index % 7 === 0 ? 0.04 : 0,
    mos: index % 7 === 0 ? 3.1 : 4.3,
  };
  const queue = call.status === "in_progress" ? queueOf(index) : null;
  live.set(call.id, { call, supervisors, last_line, quality, queue });
}
const past = wanted === 0 ? [] : Array.from({ length: 120 }, () => data.call(true));
const desk = openDesk();
const problem = (status, code, detail, floor = null) => ({
  status,
  body: {
    type: `urn:tandem:problem:${code}`,
    title: detail,
    status,
    detail,
    instance: "",
    code,
    errors: [],
    request_id: "",
    floor,
  },
});
const items = (list) => ({ status: 200, body: { items: list } });
const one = (body, status = 200) =>
  body === undefined ? problem(404, "not_found", "There is no such thing") : { status, body };
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const sockets = new Set();
let seq = 1000;
const tell = (message) => sockets.forEach((socket) => socket.send(JSON.stringify(message)));
const event = (call, kind, body) =>
  tell({ type: "event", seq: ++seq, call, at: new Date().toISOString(), kind, data: body });

function act(row, verb, body) {
  const { call } = row;
  const floor = (holder, user, name, reason) => {
    call.floor = { holder, user, name, version: call.floor.version + 1 };
    event(call.id, "floor.changed", {
      floor: call.floor,
      by: data.me.user,
      reason,
      at_ms: Date.now() - Date.parse(call.answered_at),
    });
  };
  if (verb === "takeover" && call.floor.holder === "person")
    return problem(409, "floor_taken", "taken", call.floor);
  if (verb === "takeover") floor("person", data.me.user, data.me.name, "take_over");
  if (verb === "handback") floor("assistant", null, null, "hand_back");
  if (verb === "supervision")
    event(call.id, "supervision.changed", { by: data.me.user, name: data.me.name, mode: body.mode });
  if (verb === "end") {
    live.delete(call.id);
    event(call.id, "call.ended", {
      ...call,
      status: "completed",
      ended_at: new Date().toISOString(),
      duration_ms: 60000,
    });
  }
  return one({ floor: call.floor });
}

function route(method, path, body) {
  const own = desk(path, body);
  if (own !== undefined) {
    // Whoever looks is an agent of its own: their state tells the desk that it changed.
    if (method !== "GET")
      event(null, "agent.state", { user: data.me.user, state: "ready", reason: null, until: null, by: null });
    return one(own);
  }
  const [head, id, verb] = path.split("/").slice(3);
  const lists = {
    assistants: data.assistants,
    trunks: data.trunks,
    numbers: data.numbers,
    users: data.users,
    keys: data.keys,
    providers: data.providers,
    queues,
  };
  if (head === "webhooks" || head === "webhook-deliveries") return one(sent(head, id, verb));
  if (head === "provider-fallback") return one(method === "PUT" ? body : data.fallback);
  if (head === "retention")
    return one(method === "PUT" ? { ...data.retention, settings: body } : data.retention);
  if (head === "providers" && verb === "check")
    return one({ at: new Date().toISOString(), ok: true, latency_ms: 184, message: "" });
  if (head === "session") return method === "DELETE" ? { status: 204 } : one(data.me);
  if (path.endsWith("/live/ticket")) return one({ ticket: "t", expires_in_s: 30 }, 201);
  if (path.endsWith("/sandbox/customers")) return items(data.customers);
  if (path.endsWith("/live/conferences")) return items(conferences(live));
  if (head === "floor") return one(floor(live));
  if (head === "calls" && verb === "place") return { status: 204 };
  if (head === "calls" && id === undefined) return one({ items: past.slice(0, 60), next_cursor: null });
  if (head === "calls") {
    if (method === "POST")
      return live.has(id) ? act(live.get(id), verb, body) : problem(409, "wrong_state", "The call is over");
    if (verb === "transcript") return items(data.transcript(id));
    if (verb === "events") return items(data.events(id));
    if (verb === "sip")
      return one(
        sip(
          id,
          past.find((call) => call.id === id),
        ),
      );
    if (verb === "waveform") {
      const wave = (phase) =>
        Array.from({ length: 600 }, (_, x) => (Math.sin(x / 25 + phase) > 0 ? data.random() * 0.6 : 0.01));
      return one({ duration_ms: 92000, customer: wave(0), ours: wave(3) });
    }
    return one(live.get(id)?.call ?? past.find((call) => call.id === id));
  }
  if (lists[head] === undefined) return problem(404, "not_found", "There is no such thing");
  return id === undefined ? items(lists[head]) : one(lists[head].find((row) => row.id === id));
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname.startsWith("/api/")) {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { status, body } = route(request.method, pathname, text === "" ? {} : JSON.parse(text));
    response.writeHead(status, {
      "content-type": status >= 400 ? "application/problem+json" : "application/json",
    });
    response.end(body === undefined ? undefined : JSON.stringify(body));
    return;
  }
  const file = join("dist", pathname);
  const found = pathname !== "/" && existsSync(file) ? file : "dist/index.html";
  response.writeHead(200, { "content-type": types[extname(found)] ?? "application/octet-stream" });
  createReadStream(found).pipe(response);
});

new WebSocketServer({ server }).on("connection", (socket) => {
  sockets.add(socket);
  let watched = [];
  const talk = setInterval(() => {
    const calls = [...live.values()];
    for (let index = 0; index < Math.min(30, calls.length / 4); index++) {
      const { call } = data.pick(calls);
      event(call.id, "call.updated", { ...call, variables: { ...call.variables, beat: String(seq) } });
    }
    for (const id of watched) {
      socket.send(
        JSON.stringify({
          type: "interim",
          call: id,
          speaker: "customer",
          text: "And when exactly would that be, if I may",
          start_ms: 70000,
        }),
      );
    }
  }, 250);
  socket.on("message", (text) => {
    const message = JSON.parse(text);
    if (message.type === "watch") watched = message.calls;
    if (message.type === "ping") socket.send('{"type":"pong"}');
    if (message.type !== "start" && message.type !== "resume") return;
    const states = data.trunks.map(({ id, state }) => ({ trunk: id, status: state }));
    socket.send(
      JSON.stringify({ type: "snapshot", seq, calls: [...live.values()], trunks: states, you: data.me }),
    );
  });
  socket.on("close", () => {
    sockets.delete(socket);
    clearInterval(talk);
  });
});

server.listen(port, "127.0.0.1");
