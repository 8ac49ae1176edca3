/** SIP messages of a made-up call: a password is wanted, an INVITE is lost, somebody of ours is fetched by phone. */

const ours = "192.0.2.10:5060";
const theirs = "198.51.100.7:5060";
const phone = "203.0.113.24:49152";
const codecs = ["m=audio 20440 RTP/SAVP 111 9 0 8 101", "a=rtpmap:111 opus/48000/2", "a=rtpmap:9 G722/8000"];
const description = [
  "v=0",
  "o=- 1790000000 1 IN IP4 192.0.2.10",
  "s=-",
  "c=IN IP4 192.0.2.10",
  "t=0 0",
  ...codecs,
  "a=rtpmap:101 telephone-event/8000",
  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 ***",
  "a=sendrecv",
];

/** Since the start, leg, whether it is sent, request or answer, method of an answer, whether it has a description. */
const steps = [
  [0, 1, true, "INVITE", 1, true],
  [500, 1, true, "INVITE", 1, true],
  [538, 1, false, "407 Proxy Authentication Required", 1],
  [539, 1, true, "ACK", 1],
  [540, 1, true, "INVITE", 2, true],
  [571, 1, false, "100 Trying", 2],
  [1830, 1, false, "183 Session Progress", 2, true],
  [6240, 1, false, "200 OK", 2, true],
  [6241, 1, true, "ACK", 2],
  [31_400, 2, true, "INVITE", 1, true],
  [31_460, 2, false, "180 Ringing", 1],
  [32_900, 2, false, "200 OK", 1, true],
  [32_901, 2, true, "ACK", 1],
  [91_120, 2, false, "BYE", 2],
  [91_121, 2, true, "200 OK", 2, false, "BYE"],
  [92_010, 1, true, "BYE", 3],
  [92_052, 1, false, "200 OK", 3, false, "BYE"],
];

export function sip(id, call) {
  const begun = Date.parse(call?.created_at ?? "2026-03-01T09:30:00Z");
  const seen = new Set();
  const items = steps.map(([since, leg, sent, summary, cseq, sdp = false, of], index) => {
    const status = /^\d/.test(summary) ? Number(summary.slice(0, 3)) : null;
    const method = status === null ? summary : (of ?? "INVITE");
    const start = status === null ? `${method} sip:+62812345678@${theirs} SIP/2.0` : `SIP/2.0 ${summary}`;
    const lines = [
      start,
      `Via: SIP/2.0/UDP ${sent ? ours : theirs};branch=z9hG4bK${cseq}${method};rport`,
      "Max-Forwards: 70",
      'From: "Juniper Bank" <sip:+62215551234@juniper.example>;tag=5b8c1f',
      `To: <sip:+62812345678@carrier.example>${status === 100 ? "" : ";tag=77ab"}`,
      `Call-ID: ${id}${leg === 1 ? "" : "-2"}@tandem`,
      `CSeq: ${cseq} ${method}`,
      "Contact: <sip:+62215551234@192.0.2.10:5060>",
    ];
    if (status === 407)
      lines.push('Proxy-Authenticate: Digest realm="carrier.example", nonce=***, qop="auth"');
    if (summary === "INVITE" && cseq === 2)
      lines.push(
        'Proxy-Authorization: Digest username="juniper", realm="carrier.example", nonce=***, ' +
          'uri="sip:+62812345678@carrier.example", response=***, cnonce=***, nc=00000001, qop=auth',
      );
    if (sdp) lines.push("Content-Type: application/sdp");
    const text = [...lines, "", ...(sdp ? description : []), ""].join("\r\n");
    const retransmission = seen.has(text + sent + leg);
    seen.add(text + sent + leg);
    return {
      position: index + 1,
      at: new Date(begun + since).toISOString(),
      leg,
      party: leg === 1 ? "customer" : "person",
      direction: sent ? "sent" : "received",
      transport: leg === 1 ? "udp" : "tcp",
      local: ours,
      peer: leg === 1 ? theirs : phone,
      method,
      status,
      cseq,
      sip_call_id: id,
      summary,
      session_description: sdp,
      retransmission,
      text,
    };
  });
  return { items, kept_days: 7, cut_short: false };
}
