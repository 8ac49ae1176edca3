/** Made-up conferences: one that runs, one that waits for its moderator. */

const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();

export function conferences(live) {
  const rows = [...live.values()].filter(({ call }) => call.status === "in_progress").slice(2, 8);
  const member = (at, more = {}) => ({
    call: rows[at]?.call.id ?? `call_${at}`,
    number:
      rows[at]?.call.direction === "inbound" ? rows[at].call.from : (rows[at]?.call.to ?? "+15550100123"),
    name: rows[at]?.call.customer_name ?? null,
    state: "present",
    since: ago(310 - at * 40),
    muted: false,
    starts: true,
    ends: false,
    ...more,
  });
  const room = (id, name, members, more = {}) => ({
    id,
    name,
    created_at: ago(400),
    started_at: ago(310),
    ended_at: null,
    end_reason: null,
    locked: false,
    recording: false,
    members,
    calls: members.map(({ call }) => call),
    recordings: [],
    ...more,
  });
  if (rows.length < 6) return [];
  return [
    room(
      "conf_1",
      "Claims stand-up",
      [
        member(0, { ends: true }),
        member(1),
        member(2, { muted: true }),
        member(3, { call: "call_x", name: null, number: "+442079460123", state: "ringing", since: ago(6) }),
      ],
      { locked: true, recording: true },
    ),
    room("conf_2", "Investors", [member(4, { state: "waiting" }), member(5, { state: "waiting" })], {
      started_at: null,
    }),
  ];
}
