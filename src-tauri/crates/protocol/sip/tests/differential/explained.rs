//! Why the two readings differ, message by message.

/// One message, the fields it is read differently in, and why.
pub struct Explained {
    pub message: &'static str,
    pub fields: &'static [&'static str],
    pub reason: &'static str,
}

const fn row(message: &'static str, fields: &'static [&'static str], reason: &'static str) -> Explained {
    Explained { message, fields, reason }
}

const COMPACT: &str = "rsip knows no compact header names";
const FOLDING: &str = "rsip knows no folded headers";
const IPV6: &str = "rsip cannot read IPv6 references";
const LENGTH: &str = "the Content-Length is wrong and to be answered 400; rsip never reads it";
const METHOD: &str = "a method of any name is well formed, and answered 501";
const QUOTED: &str = "punctuation within a quoted or an unknown parameter";
const START: &str = "spaces around the start line's parts are forgiven, as the RFC allows";
const UPPER: &str = "rsip writes a URI's transport in upper case, where we leave it as it came";

pub const EXPLAINED: [Explained; 63] = [
    row("badaspec", &["content-length"], COMPACT),
    row(
        "badaspec",
        &["to"],
        "white space within the brackets, which the RFC lets one forgive, is an error to rsip",
    ),
    row("badbranch", &["content-length"], COMPACT),
    row(
        "baddn",
        &["body", "call-id", "content-length", "cseq", "from", "from-tag", "to"],
        "several spaces after a colon: rsip takes the rest of the header for the body",
    ),
    row(
        "badinv01",
        &["contact"],
        "empty parameters (;;;;): the RFC calls the Contact malformed; rsip skips them",
    ),
    row("clerr", &["rejected by us"], LENGTH),
    row("cparam01", &["content-length"], COMPACT),
    row("cparam02", &["content-length"], COMPACT),
    row(
        "dblreq",
        &["body"],
        "a body beyond Content-Length is dropped (RFC 3261 section 18.3); rsip never reads the length",
    ),
    row("dblreq", &["call-id"], COMPACT),
    row(
        "esc01",
        &["rejected by rsip"],
        "a user of sips%3Auser%40example.com is well formed; rsip knows no such escapes there",
    ),
    row("esc02", &["rejected by rsip"], METHOD),
    row("escnull", &["content-length"], COMPACT),
    row(
        "escruri",
        &["rejected by rsip"],
        "headers in a Request-URI: we parse them and answer 400; to rsip it is no message",
    ),
    row("insuf", &["content-length"], COMPACT),
    row("intmeth", &["rejected by rsip"], METHOD),
    row("longreq", &["rejected by rsip"], FOLDING),
    row(
        "ltgtruri",
        &["rejected by us"],
        "brackets around the Request-URI: to be answered 400; rsip takes them for a part of it",
    ),
    row("lwsdisp", &["content-length"], COMPACT),
    row("lwsstart", &["rejected by rsip"], START),
    row("mcl01", &["rejected by us"], LENGTH),
    row("mismatch01", &["content-length"], COMPACT),
    row("mismatch02", &["rejected by rsip"], METHOD),
    row("multi01", &["content-length"], COMPACT),
    row(
        "multi01",
        &["call-id", "cseq", "from", "from-tag", "to"],
        "a header that must stand once stands twice: rsip takes the first, we none and answer 400",
    ),
    row("ncl", &["rejected by us"], LENGTH),
    row("quotbal", &["to"], "an open quote: rsip takes the URI all the same, we answer 400"),
    row("regbadct", &["content-length"], COMPACT),
    row("regescrt", &["content-length"], COMPACT),
    row("regescrt", &["contact"], "headers in a URI are beyond rsip"),
    row(
        "scalar02",
        &["rejected by rsip"],
        "a CSeq of 36893488147419103232: we parse the message and answer 400; to rsip it is no message",
    ),
    row("semiuri", &["rejected by rsip"], "a semicolon in the user part is well formed"),
    row("transports", &["content-length"], COMPACT),
    row("trws", &["rejected by rsip"], START),
    row("unkscm", &["rejected by rsip"], "a URI of an unknown scheme is well formed, and answered 416"),
    row("unksm2", &["content-length"], COMPACT),
    row("unksm2", &["contact", "to"], "URIs of unknown schemes are well formed"),
    row("wsinv", &["rejected by rsip"], FOLDING),
    row("ipv6-good", &["rejected by rsip"], IPV6),
    row("port-ambiguous", &["rejected by rsip"], IPV6),
    row("port-unambiguous", &["rejected by rsip"], IPV6),
    row("via-received-param-with-delim", &["rejected by rsip"], IPV6),
    row("via-received-param-no-delim", &["rejected by rsip"], IPV6),
    row("ipv6-in-sdp", &["rejected by rsip"], IPV6),
    row("mult-ip-in-header", &["branch"], IPV6),
    row("mult-ip-in-sdp", &["rejected by rsip"], IPV6),
    row("ipv4-mapped-ipv6", &["branch", "contact"], IPV6),
    row("ipv6-bug-abnf-3-colons", &["rejected by rsip"], IPV6),
    row("ipv6-correct-abnf-2-colons", &["rejected by rsip"], IPV6),
    row("cisco-gateway-invite", &["branch"], "a colon and an at sign within a quoted Via parameter"),
    row("cisco-phone-register", &["contact"], QUOTED),
    row("linphone-register", &["contact"], QUOTED),
    row("linphone-invite", &["contact"], QUOTED),
    row("cloud-trunk-invite", &["contact", "uri"], UPPER),
    row(
        "session-border-compact",
        &["branch", "call-id", "contact", "content-length", "from", "from-tag", "to"],
        COMPACT,
    ),
    row("ims-tel-invite", &["rejected by rsip"], "a tel URI and IPv6 references"),
    row("conferencing-options", &["uri"], UPPER),
    row(
        "redirect-to-several",
        &["contact"],
        "several addresses in one Contact, one of them with a comma in its name",
    ),
    row("spoofed-name", &["from", "from-tag"], "a URI in the display name is no URI"),
    row(
        "spaced-tag",
        &["branch", "from", "from-tag"],
        "white space around ; and = is allowed (RFC 3261 section 25.1, SEMI and EQUAL)",
    ),
    row("folded", &["rejected by rsip"], FOLDING),
    row(
        "latin-1",
        &["rejected by rsip"],
        "a byte that is not UTF-8 is kept as it came; to rsip it is no message",
    ),
    row(
        "body-beyond-length",
        &["body"],
        "a body beyond Content-Length is dropped (RFC 3261 section 18.3); rsip never reads the length",
    ),
];
