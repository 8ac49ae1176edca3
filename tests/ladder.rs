//! A call's SIP messages: in their order and direction, without a secret, over the API and on the command line.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tandem_scenarios::{Api, Live, Server};
use tandem_sip_transport::{SipConfig, SipTransport};
use tandem_switchboard::ports::signalling::{
    LegIds, Signalling, SignallingCommand, SignallingEvent, Transport, TrunkAccount, TrunkState,
};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Waits until the trace has a BYE with its answer: it is written a moment after the call.
async fn trace(api: &Api, call: &str) -> Vec<Value> {
    let path = format!("/calls/{call}/sip");
    let whole = async {
        loop {
            let items = api.get(&path).await["items"].as_array().expect("items").clone();
            if items.iter().any(|item| item["method"] == "BYE" && item["status"] == 200) {
                return items;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(10), whole).await.expect("the whole trace within 10 s")
}

/// `> INVITE`, `< 180 INVITE` …, from our side.
fn steps(items: &[Value]) -> Vec<String> {
    let step = |item: &Value| {
        let way = if item["direction"] == "sent" { ">" } else { "<" };
        let method = item["method"].as_str().expect("a method");
        match item["status"].as_u64() {
            Some(code) => format!("{way} {code} {method}"),
            None => format!("{way} {method}"),
        }
    };
    items.iter().map(step).collect()
}

/// Places of these steps, which must rise.
fn in_order(steps: &[String], expected: &[&str]) {
    let mut rest = steps.iter();
    for step in expected {
        assert!(rest.any(|other| other == step), "{step} of {expected:?} is not in its place in {steps:?}");
    }
}

#[tokio::test]
async fn a_call_in_and_a_call_out_are_ladders_of_their_own() {
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let mut live = Live::open(&sam).await;
    let call = sam.call("+62812345678", "asst_jane_collections").await;
    live.said(&call, "assistant", "jane", 40).await;
    sam.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 30).await;
    let items = trace(&sam, &call).await;
    let out = steps(&items);
    in_order(&out, &["> INVITE", "< 200 INVITE", "> ACK", "> BYE", "< 200 BYE"]);
    assert!(out.iter().any(|step| step == "< 100 INVITE" || step == "< 180 INVITE"), "{out:?}");
    let first = &items[0];
    assert_eq!((first["position"].as_i64(), first["party"].as_str()), (Some(1), Some("customer")));
    assert!(first["text"].as_str().expect("text").contains("sip:+62812345678@"), "numbers are the point");
    assert_eq!(first["local"].as_str(), Some(server.sip()));

    let called = server.tandem(&["sandbox", "call-in", "--from", "+996700000000", "--to", "+62215551234"]);
    assert!(called.status.success());
    let created = live.until("the inbound call", 10, |m| m["kind"] == "call.created").await;
    let inbound = created["call"].as_str().expect("an id").to_owned();
    live.said(&inbound, "assistant", "", 40).await;
    sam.post(&format!("/calls/{inbound}/end"), Value::Null).await;
    live.event(&inbound, "call.ended", 30).await;
    let came = steps(&trace(&sam, &inbound).await);
    // The INVITE came before the call had a row.
    in_order(&came, &["< INVITE", "> 100 INVITE", "> 180 INVITE", "> 200 INVITE", "< ACK", "> BYE"]);
    assert_eq!(came[0], "< INVITE");

    let printed = server.tandem(&["sip", "trace", &call]);
    let printed = String::from_utf8(printed.stdout).expect("text");
    assert!(printed.starts_with("#1 ") && printed.contains("\nINVITE sip:+62812345678@"), "{printed}");
    let unknown = server.tandem(&["sip", "trace", "call_none"]);
    assert_eq!(unknown.status.code(), Some(3), "not found");
    let agent = server.signed_in("agent").await;
    let refused = agent.ask(reqwest::Method::GET, &format!("/calls/{call}/sip"), None).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (403, Some("forbidden")));
}

/// A carrier that loses the first INVITE, wants a password for the second, and answers with keys in its description.
struct Carrier(UdpSocket);

const SECRETS: [&str; 5] = [
    "plantednonce",
    "plantedopaque",
    "plantedkeyplantedkeyplantedkeyplantedke",
    "plantedicepwd",
    "s3cr3tpass",
];

impl Carrier {
    async fn request(&self, method: &str) -> (String, std::net::SocketAddr) {
        let mut buffer = vec![0; 65_535];
        loop {
            let received = timeout(Duration::from_secs(20), self.0.recv_from(&mut buffer));
            let (length, from) = received.await.expect("within 20 s").expect("received");
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if text.starts_with(&format!("{method} ")) {
                return (text, from);
            }
        }
    }

    async fn answer(&self, request: &str, to: std::net::SocketAddr, status: &str, more: &str, body: &str) {
        let copied = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"];
        let mut answer = format!("SIP/2.0 {status}\r\n");
        for line in request.lines().filter(|line| copied.iter().any(|name| line.starts_with(name))) {
            let tag = if line.starts_with("To:") && !line.contains("tag=") { ";tag=theirs" } else { "" };
            answer.push_str(&format!("{line}{tag}\r\n"));
        }
        answer.push_str(&format!("{more}Content-Length: {}\r\n\r\n{body}", body.len()));
        self.0.send_to(answer.as_bytes(), to).await.expect("sent");
    }
}

fn files_hold(folder: &Path, text: &str) -> bool {
    let files = std::fs::read_dir(folder).expect("a folder").flatten();
    files.filter(|file| file.file_name().to_string_lossy().starts_with("tandem.db")).any(|file| {
        let bytes = std::fs::read(file.path()).expect("readable");
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    })
}

#[tokio::test]
async fn what_authenticates_and_what_encrypts_is_neither_shown_nor_stored() {
    let server = Server::sandbox();
    let api = server.api();
    let mut live = Live::open(&api).await;
    let carrier = Carrier(UdpSocket::bind("127.0.0.1:0").await.expect("a port"));
    let port = carrier.0.local_addr().expect("an address").port();
    let trunk = json!({
        "name": "Careful", "host": format!("127.0.0.1:{port}"), "username": "juniper", "password": "s3cr3tpass",
        "max_cps": 10, "max_channels": 10,
    });
    let trunk = api.post("/trunks", trunk).await["id"].as_str().expect("an id").to_owned();
    let variables = json!({ "customer_name": "Bob", "amount_due": "two hundred dollars" });
    let wanted = json!({
        "to": "+15557770001", "assistant": "asst_jane_collections", "trunk": trunk, "variables": variables,
    });
    let call = api.post("/calls", wanted).await["id"].as_str().expect("an id").to_owned();

    carrier.request("INVITE").await;
    let (again, from) = carrier.request("INVITE").await;
    let challenge = "Proxy-Authenticate: Digest realm=\"careful\", nonce=\"plantednonce\", \
                     opaque=\"plantedopaque\", algorithm=MD5, qop=\"auth\"\r\n";
    carrier.answer(&again, from, "407 Proxy Authentication Required", challenge, "").await;
    carrier.request("ACK").await;
    let (authenticated, from) = carrier.request("INVITE").await;
    let response = authenticated.split("response=\"").nth(1).and_then(|rest| rest.split('"').next());
    let response = response.expect("a digest response").to_owned();
    let description = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 8\r\n\
         a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:plantedkeyplantedkeyplantedkeyplantedke\r\n\
         a=ice-pwd:plantedicepwd\r\n"
    );
    let more = format!("Contact: <sip:them@127.0.0.1:{port}>\r\nContent-Type: application/sdp\r\n");
    carrier.answer(&authenticated, from, "180 Ringing", &more, "").await;
    carrier.answer(&authenticated, from, "200 OK", &more, &description).await;
    carrier.request("ACK").await;
    live.said(&call, "assistant", "jane", 40).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    let (bye, from) = carrier.request("BYE").await;
    carrier.answer(&bye, from, "200 OK", "", "").await;
    live.event(&call, "call.ended", 30).await;

    let items = trace(&api, &call).await;
    let expected =
        ["> INVITE", "> INVITE", "< 407 INVITE", "> ACK", "> INVITE", "< 180 INVITE", "< 200 INVITE"];
    in_order(&steps(&items), &[&expected[..], &["> ACK", "> BYE", "< 200 BYE"]].concat());
    assert_eq!(
        (items[0]["retransmission"].as_bool(), items[1]["retransmission"].as_bool()),
        (Some(false), Some(true))
    );
    let all = Value::Array(items).to_string();
    assert!(all.contains("nonce=***") && all.contains("response=***"), "{all}");
    assert!(all.contains("a=crypto:1 AES_CM_128_HMAC_SHA1_80 ***"), "{all}");
    let text = String::from_utf8(api.bytes(&format!("/calls/{call}/sip/text")).await).expect("text");
    assert!(text.contains("username=\\\"juniper\\\"") || text.contains("username=\"juniper\""), "{text}");
    assert!(files_hold(&server.data(), "AES_CM_128_HMAC_SHA1_80 ***"), "the database is looked through");
    for secret in SECRETS.into_iter().chain([response.as_str()]) {
        assert!(!all.contains(secret) && !text.contains(secret), "{secret} in the answer");
        assert!(!files_hold(&server.data(), secret), "{secret} in the database");
    }
}

/// Waits until the phone is told this much.
async fn told<T>(
    events: &mut mpsc::UnboundedReceiver<SignallingEvent>,
    wanted: impl Fn(SignallingEvent) -> Option<T>,
) -> T {
    let found = async {
        loop {
            if let Some(found) = wanted(events.recv().await.expect("the phone runs")) {
                return found;
            }
        }
    };
    timeout(Duration::from_secs(20), found).await.expect("within 20 s")
}

#[tokio::test]
async fn the_phone_that_takes_a_call_over_stands_beside_the_customer() {
    const ANSWER: &[u8] = b"v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
        m=audio 40002 RTP/AVP 0\r\n";
    let server = Server::sandbox();
    let sam = server.signed_in("supervisor").await;
    let mut live = Live::open(&sam).await;
    let (sender, mut events) = mpsc::unbounded_channel();
    let any = "127.0.0.1:0".parse().expect("an address");
    let phone = SipTransport::start(SipConfig::new(any), Arc::new(LegIds::default()), sender).await;
    let phone = phone.expect("binds");
    let account = &server.ready["sandbox"]["users"]["supervisor"]["phone"];
    let text = |field: &str| account[field].as_str().expect("text").to_owned();
    phone.send(SignallingCommand::SetTrunks(vec![TrunkAccount {
        id: "exchange".into(),
        host: server.sip().to_owned(),
        transport: Transport::Udp,
        domain: None,
        credentials: Some((text("user"), text("password").into())),
        register: Some(120),
        accept_from: vec![any.ip()],
        options_every: 0,
    }]));
    let registered =
        |event| matches!(event, SignallingEvent::Trunk { state: TrunkState::Registered { .. }, .. });
    told(&mut events, |event| registered(event).then_some(())).await;
    let call = sam.call("+62812345678", "asst_jane_collections").await;
    live.said(&call, "assistant", "jane", 40).await;
    let version = sam.get(&format!("/calls/{call}")).await["floor"]["version"].clone();
    sam.post(&format!("/calls/{call}/takeover"), json!({ "floor_version": version })).await;
    let leg = told(&mut events, |event| match event {
        SignallingEvent::Incoming { leg, .. } => Some(leg),
        _ => None,
    });
    let leg = leg.await;
    phone.send(SignallingCommand::Answer { leg, answer: ANSWER.into() });
    told(&mut events, |event| matches!(event, SignallingEvent::Confirmed { .. }).then_some(())).await;
    sam.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 30).await;
    told(&mut events, |event| matches!(event, SignallingEvent::Ended { .. }).then_some(())).await;

    let path = format!("/calls/{call}/sip");
    let ours = async {
        loop {
            let items = sam.get(&path).await["items"].as_array().expect("items").clone();
            let ours: Vec<Value> = items.into_iter().filter(|item| item["party"] == "person").collect();
            if ours.iter().any(|item| item["method"] == "BYE" && item["status"] == 200) {
                return ours;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let ours = timeout(Duration::from_secs(10), ours).await.expect("the phone's messages within 10 s");
    in_order(&steps(&ours), &["> INVITE", "< 200 INVITE", "> ACK", "> BYE", "< 200 BYE"]);
    let peer = phone.local_address().to_string();
    assert!(ours.iter().all(|item| item["peer"] == peer.as_str() && item["leg"] == ours[0]["leg"]));
}
