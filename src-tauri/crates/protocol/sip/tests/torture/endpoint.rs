//! What an endpoint answers to each message of RFC 4475, through its public interface. It comes from a trunk that may
//! call, so that nothing but the message itself decides, save for REGISTER, which is always challenged.

use std::net::SocketAddr;
use std::time::Instant;

use tandem_sip::endpoint::{Command, Config, Endpoint, Event, Flow, Input, Output, Transport, TrunkAccount};
use tandem_sip::message::{Message, Response, parse_datagram};

use crate::fixtures::{rfc4475, rfc4475_names};

/// What became of a message.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// A call came in.
    Call,
    /// It was answered with this status.
    Answer(u16),
    /// Nobody was told anything.
    Silence,
}

use Outcome::{Answer, Call, Silence};

/// In the order of the RFC. Where it leaves a choice, the comment says so.
const TABLE: [(&str, Outcome); 49] = [
    // Its To has a tag, so it means a dialog, and there is none (RFC 3261 section 12.2.2).
    ("wsinv", Answer(481)),
    // An unknown method, well formed.
    ("intmeth", Answer(501)),
    ("esc01", Call),
    // Well-formed REGISTERs: asked for credentials before anything else is looked at.
    ("escnull", Answer(401)),
    // The escapes are part of the method's name, so it is not REGISTER.
    ("esc02", Answer(501)),
    ("lwsdisp", Answer(200)),
    ("longreq", Call),
    ("dblreq", Answer(401)),
    ("semiuri", Answer(200)),
    ("transports", Answer(200)),
    // MESSAGE is known and not offered.
    ("mpart01", Answer(405)),
    // Responses to nothing we sent.
    ("unreason", Silence),
    ("noreason", Silence),
    ("badinv01", Answer(400)),
    ("clerr", Answer(400)),
    ("ncl", Answer(400)),
    ("scalar02", Answer(400)),
    ("scalarlg", Silence),
    ("quotbal", Answer(400)),
    ("ltgtruri", Answer(400)),
    ("lwsruri", Answer(400)),
    // 400 or forgiveness, as one likes; the same for trws, baddate, badaspec and baddn.
    ("lwsstart", Call),
    ("trws", Answer(200)),
    ("escruri", Answer(400)),
    ("baddate", Call),
    ("regbadct", Answer(400)),
    ("badaspec", Answer(200)),
    ("baddn", Answer(200)),
    ("badvers", Answer(505)),
    ("mismatch01", Answer(400)),
    // 400 or 501.
    ("mismatch02", Answer(400)),
    ("bigcode", Silence),
    // A branch that is the bare cookie: matched by the rules of RFC 2543, and answered.
    ("badbranch", Answer(200)),
    ("insuf", Answer(400)),
    ("unkscm", Answer(416)),
    ("novelsc", Answer(416)),
    ("unksm2", Answer(401)),
    ("bext01", Answer(420)),
    ("invut", Answer(415)),
    // Credentials of an unknown scheme are no credentials.
    ("regaut01", Answer(401)),
    ("multi01", Answer(400)),
    ("mcl01", Answer(400)),
    // A response whose topmost Via is not ours.
    ("bcast", Silence),
    // A proxy's answer. The RFC lets an endpoint serve it; an exchange passes calls on, and so counts hops (RFC 7332).
    ("zeromf", Answer(483)),
    ("cparam01", Answer(401)),
    ("cparam02", Answer(401)),
    ("regescrt", Answer(401)),
    // See `DEVIATIONS`.
    ("sdp01", Call),
    // See `DEVIATIONS`.
    ("inv2543", Answer(400)),
];

/// What the RFC asks for and is done otherwise. An entry whose reason has gone fails the test below.
const DEVIATIONS: [(&str, Outcome, &str); 2] = [
    ("sdp01", Answer(406), "an INVITE's Accept is not read, and what it does not list is sent all the same"),
    (
        "inv2543",
        Call,
        "without Contact, which RFC 2543 did not demand, a dialog has no target (RFC 3261 section 12.1.1)",
    ),
];

#[test]
fn every_message_is_answered_as_the_rfc_asks() {
    let outcomes = TABLE.iter().map(|(name, expected)| (*name, expected, outcome(name)));
    let wrong: Vec<_> = outcomes.filter(|(_, expected, got)| *expected != got).collect();
    assert!(wrong.is_empty(), "message, expected, got: {wrong:#?}");
    let mut listed: Vec<&str> = TABLE.iter().map(|(name, _)| *name).collect();
    let mut all = rfc4475_names();
    listed.sort_unstable();
    all.sort_unstable();
    assert_eq!(listed, all);
}

#[test]
fn every_deviation_is_still_one() {
    for (name, asked_for, reason) in &DEVIATIONS {
        assert_ne!(outcome(name), *asked_for, "{name} is right now; no longer true: {reason}");
    }
}

#[test]
fn refusals_say_what_would_have_been_taken() {
    let header = |name: &str, header: &str| {
        let answer = answers(name).1.pop().expect("an answer");
        answer.headers.get(header).map(str::to_owned)
    };
    let unsupported = header("bext01", "Unsupported");
    assert_eq!(unsupported.as_deref(), Some("nothingSupportsThis, nothingSupportsThisEither"));
    assert_eq!(header("invut", "Accept").as_deref(), Some("application/sdp"));
    assert!(header("intmeth", "Allow").is_some_and(|allow| allow.contains("INVITE")));
    assert!(header("regaut01", "WWW-Authenticate").is_some());
}

/// Every answer carries all that identifies the transaction, with a tag in To where there was none.
#[test]
fn every_answer_can_be_matched_by_who_asked() {
    for name in rfc4475_names() {
        let Ok(Message::Request(request)) = parse_datagram(&rfc4475(name)) else { continue };
        for answer in answers(name).1 {
            assert_eq!(answer.headers.get("Call-ID"), request.headers.get("Call-ID"), "{name}");
            assert_eq!(answer.headers.get("CSeq"), request.headers.get("CSeq"), "{name}");
            assert_eq!(answer.headers.get("From"), request.headers.get("From"), "{name}");
            assert_eq!(
                answer.headers.get_all("Via").count(),
                request.headers.get_all("Via").count(),
                "{name}"
            );
            let tagged = answer.headers.to().map(|to| to.tag().is_some());
            assert!(answer.code == 100 || tagged.unwrap_or(true), "{name}");
        }
    }
}

fn outcome(name: &str) -> Outcome {
    let (call, answers) = answers(name);
    match answers.iter().map(|answer| answer.code).find(|code| *code >= 200) {
        Some(code) => {
            assert!(!call, "{name}: a call that was refused at once");
            Answer(code)
        }
        None if call => Call,
        None => Silence,
    }
}

/// Whether a call came in, and all responses, provisional ones too.
fn answers(name: &str) -> (bool, Vec<Response>) {
    let here: SocketAddr = "192.0.2.200:5060".parse().expect("an address");
    let peer: SocketAddr = "192.0.2.99:5060".parse().expect("an address");
    let now = Instant::now();
    let mut endpoint = Endpoint::new(Config::new(here), [7; 32], || 1);
    let trunk = TrunkAccount {
        id: "carrier".to_owned(),
        host: "192.0.2.99".to_owned(),
        transport: Transport::Udp,
        domain: None,
        credentials: None,
        register: None,
        accept_from: vec![peer.ip()],
        options_every: 0,
    };
    endpoint.handle(now, Input::Command(Command::SetTrunks(vec![trunk])));
    endpoint.handle(now, Input::Datagram { flow: Flow::udp(peer), bytes: rfc4475(name).into() });
    let (mut call, mut answers) = (false, Vec::new());
    while let Some(output) = endpoint.poll_output() {
        match output {
            Output::Event(Event::Incoming(_)) => call = true,
            Output::Send { bytes, .. } => match parse_datagram(&bytes) {
                Ok(Message::Response(response)) => answers.push(response),
                other => panic!("{name}: {other:?}"),
            },
            Output::Event(_) | Output::Resolve { .. } => {}
        }
    }
    (call, answers)
}
