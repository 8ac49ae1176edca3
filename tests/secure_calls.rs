//! Secure calls: a phone over TLS with SRTP hears the assistant, and a trunk's media settings are kept both ways.

#[path = "support/baresip.rs"]
mod baresip;

use std::net::UdpSocket;
use std::time::Duration;

use baresip::Baresip;
use serde_json::{Value, json};
use tandem_scenarios::{Api, Live, Server, Wav};

#[tokio::test]
async fn baresip_calls_in_over_tls_with_srtp_and_hears_the_assistant() {
    let server = Server::sandbox_with(&["--sip-tls", "127.0.0.1:0"]);
    let api = server.api();
    let mut live = Live::open(&api).await;
    let target = server.ready["sip_tls"].as_str().expect("TLS is served").trim_start_matches("tls:");
    let phone = &server.ready["sandbox"]["phone"];
    let text = |field: &str| phone[field].as_str().expect("text").to_owned();
    let (user, password) = (text("user"), text("password"));
    // It refuses a call whose audio is not encrypted.
    let account = format!(
        "<sip:{user}@{target};transport=tls>;auth_user={user};auth_pass={password};regint=60;mediaenc=srtp-mand"
    );
    let dial = format!("/dial sip:+62215551234@{target};transport=tls");
    let baresip = Baresip::dialling(&account, &dial, Some(&server.data().join("sip-tls.crt")));
    let created = live.until("the call from baresip", 20, |m| m["kind"] == "call.created").await;
    let call = created["call"].as_str().expect("an id").to_owned();
    live.said(&call, "assistant", "welcome", 20).await;
    // It speaks a while, so that there is enough to compare.
    tokio::time::sleep(Duration::from_secs(5)).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 20).await;
    let snr = baresip.heard_of(&Wav::parse(&api.bytes(&format!("/calls/{call}/recording")).await));
    assert!(snr > 15.0, "{snr:.1} dB\n{}", baresip.log());
}

/// A carrier without any machinery: a socket.
struct Carrier(UdpSocket);

impl Carrier {
    fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
        Self(socket)
    }

    async fn trunk(&self, api: &Api, settings: Value) -> String {
        let host = self.0.local_addr().expect("bound").to_string();
        let mut trunk = json!({ "name": "secure", "host": host });
        for (field, value) in settings.as_object().expect("settings") {
            trunk[field] = value.clone();
        }
        api.post("/trunks", trunk).await["id"].as_str().expect("an id").to_owned()
    }

    /// The next message that begins so.
    fn receive(&self, begins: &[&str]) -> String {
        let mut buffer = vec![0; 65_536];
        loop {
            let length = self.0.recv(&mut buffer).expect("something within 20 s");
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if begins.iter().any(|begin| text.starts_with(begin)) {
                return text;
            }
        }
    }

    /// Calls our number with this media line and attributes; the final response.
    fn call(&self, server: &Server, name: &str, media: &str) -> String {
        let own = self.0.local_addr().expect("bound");
        let body =
            format!("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{media}");
        let invite = format!(
            "INVITE sip:+62215551234@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{name};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:+15550100@{own}>;tag={name}\r\nTo: <sip:+62215551234@{to}>\r\n\
             Call-ID: {name}\r\nCSeq: 1 INVITE\r\nContact: <sip:{own}>\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len(),
            to = server.sip(),
        );
        self.0.send_to(invite.as_bytes(), server.sip()).expect("sent");
        self.receive(&["SIP/2.0 2", "SIP/2.0 4", "SIP/2.0 5", "SIP/2.0 6"])
    }
}

const KEY: &str = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n";

#[tokio::test]
async fn a_trunk_that_requires_srtp_refuses_plain_audio_both_ways() {
    let server = Server::sandbox();
    let (api, carrier) = (server.api(), Carrier::new());
    let trunk = carrier.trunk(&api, json!({ "srtp": "required", "codecs": ["pcma", "pcmu"] })).await;
    let refused = carrier.call(&server, "plain", "m=audio 40000 RTP/AVP 0 8\r\n");
    assert!(refused.starts_with("SIP/2.0 488"), "{refused}");
    let taken = carrier.call(&server, "keyed", &format!("m=audio 40000 RTP/SAVP 0 8\r\n{KEY}"));
    assert!(taken.starts_with("SIP/2.0 200") && taken.contains("a=crypto:1 "), "{taken}");

    let call = json!({
        "to": "+15557770003", "assistant": "asst_jane_collections", "trunk": trunk,
        "variables": { "customer_name": "Bob", "amount_due": "two hundred dollars" },
    });
    api.post("/calls", call).await;
    let invite = carrier.receive(&["INVITE"]);
    let media = invite.lines().find(|line| line.starts_with("m=audio")).expect("audio is offered");
    assert!(media.contains("RTP/SAVP 8 0"), "{media}");
    assert!(!invite.contains("opus"), "only the trunk's codecs are offered: {invite}");
}

#[tokio::test]
async fn keys_are_not_sent_in_the_clear_unless_the_trunk_says_so() {
    let server = Server::sandbox();
    let (api, carrier) = (server.api(), Carrier::new());
    let trunk = carrier.trunk(&api, json!({})).await;
    let call = json!({
        "to": "+15557770004", "assistant": "asst_jane_collections", "trunk": trunk,
        "variables": { "customer_name": "Bob", "amount_due": "two hundred dollars" },
    });
    api.post("/calls", call).await;
    let invite = carrier.receive(&["INVITE"]);
    assert!(invite.contains("RTP/AVP ") && !invite.contains("a=crypto"), "{invite}");
}
