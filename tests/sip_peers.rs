//! Real phones: sipp and baresip call in and are called, and what baresip heard is what was sent.

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/sipp.rs"]
mod sipp;

use std::time::Duration;

use baresip::Baresip;
use serde_json::{Value, json};
use sipp::free_port;
use tandem_scenarios::{Api, Live, Server, Wav};

async fn trunk_to(api: &Api, name: &str, port: u16) -> String {
    let trunk =
        json!({ "name": name, "host": format!("127.0.0.1:{port}"), "max_cps": 10, "max_channels": 10 });
    api.post("/trunks", trunk).await["id"].as_str().expect("an id").to_owned()
}

async fn call_by(api: &Api, trunk: &str, number: &str) -> String {
    let variables = json!({ "customer_name": "Bob", "amount_due": "two hundred dollars" });
    let call =
        json!({ "to": number, "assistant": "asst_jane_collections", "trunk": trunk, "variables": variables });
    api.post("/calls", call).await["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn sipp_calls_in_and_the_assistant_answers_each_time() {
    let server = Server::sandbox();
    let api = server.api();
    let mut live = Live::open(&api).await;
    for transport in ["u1", "t1"] {
        let arguments = ["-s", "+62215551234", "-r", "2", "-d", "1500", server.sip()];
        let peer = sipp::start(["-sn", "uac"], free_port(), transport, 3, &arguments);
        sipp::finished(peer, transport).await;
        for _ in 0..3 {
            let ended = live.until("call.ended", 20, |m| m["kind"] == "call.ended").await;
            assert_eq!(
                (ended["data"]["status"].as_str(), ended["data"]["end_reason"].as_str()),
                (Some("completed"), Some("customer"))
            );
        }
    }
}

#[tokio::test]
async fn sipp_is_called_and_hung_up_on() {
    let server = Server::sandbox();
    let api = server.api();
    let mut live = Live::open(&api).await;
    let port = free_port();
    let peer = sipp::start(["-sn", "uas"], port, "u1", 1, &[]);
    let trunk = trunk_to(&api, "sipp", port).await;
    let call = call_by(&api, &trunk, "+15557770001").await;
    live.said(&call, "assistant", "jane", 30).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 20).await;
    sipp::finished(peer, "INVITE, ACK and BYE").await;
}

/// Signal to error of what baresip heard against what our recording says was sent, dB.
async fn compare(api: &Api, call: &str, baresip: &Baresip) -> f64 {
    baresip.heard_of(&Wav::parse(&api.bytes(&format!("/calls/{call}/recording")).await))
}

#[tokio::test]
async fn baresip_calls_our_number_and_hears_what_was_sent() {
    let server = Server::sandbox();
    let api = server.api();
    let mut live = Live::open(&api).await;
    let phone = &server.ready["sandbox"]["phone"];
    let (user, password) =
        (phone["user"].as_str().expect("a user"), phone["password"].as_str().expect("a password"));
    let account = format!(
        "<sip:{user}@{};transport=udp>;auth_user={user};auth_pass={password};regint=60",
        server.sip()
    );
    let dial = format!("/dial sip:+62215551234@{}", server.sip());
    let baresip = Baresip::dialling(&account, &dial, None);
    let created = live.until("the call from baresip", 20, |m| m["kind"] == "call.created").await;
    let call = created["call"].as_str().expect("an id").to_owned();
    live.said(&call, "assistant", "welcome", 20).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 20).await;
    let snr = compare(&api, &call, &baresip).await;
    assert!(snr > 15.0, "{snr:.1} dB\n{}", baresip.log());
}

#[tokio::test]
async fn baresip_is_called_and_hears_what_was_sent() {
    let server = Server::sandbox();
    let api = server.api();
    let mut live = Live::open(&api).await;
    let port = free_port();
    let account = format!("<sip:+15557770002@127.0.0.1:{port};transport=udp>;regint=0;answermode=auto");
    let baresip = Baresip::start(port, &account, &[], None);
    sipp::listening(port).await;
    let trunk = trunk_to(&api, "baresip", port).await;
    let call = call_by(&api, &trunk, "+15557770002").await;
    live.said(&call, "assistant", "jane", 20).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    api.post(&format!("/calls/{call}/end"), Value::Null).await;
    live.event(&call, "call.ended", 20).await;
    let snr = compare(&api, &call, &baresip).await;
    assert!(snr > 15.0, "{snr:.1} dB\n{}", baresip.log());
}
