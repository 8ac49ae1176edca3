//! Calls over bad lines: they complete, and most of what was said arrives.

#![allow(clippy::print_stdout, reason = "measurements are for people")]

use serde_json::Value;
use tandem_scenarios::{Api, Live, Server, Wav, find_envelope};

const JANE: &str = "asst_jane_collections";
const GOOD: &str = "+62812345678";
const BAD: &str = "+15005550013";
const TERRIBLE: &str = "+15005550014";

/// A call to its end; the answer is the call.
async fn called(api: &Api, number: &str) -> Value {
    let mut live = Live::open(api).await;
    let id = api.call(number, JANE).await;
    live.event(&id, "call.ended", 120).await["data"].clone()
}

/// How alike the first two seconds of what the exchange sent are to what the customer heard.
async fn heard(server: &Server, call: &Value, number: &str) -> f64 {
    let path = call["recording"]["url"].as_str().expect("a recording").trim_start_matches("/api/v1");
    let sent = Wav::parse(&server.api().bytes(path).await);
    let heard = Wav::read(&server.heard_by(number)).envelope(0);
    // The second channel is our side. Speech begins with the answer.
    let ours = sent.envelope(1);
    let began = ours.iter().position(|loud| *loud > 500.0).expect("the assistant speaks");
    find_envelope(&ours[began..began + 100], &heard).1
}

#[tokio::test]
async fn a_bad_line_is_understood_and_a_terrible_one_completes() {
    let server = Server::sandbox();
    let api = server.api();
    let mut alike = Vec::new();
    for number in [GOOD, BAD, TERRIBLE] {
        let call = called(&api, number).await;
        assert_eq!(call["status"], "completed", "{call}");
        alike.push(heard(&server, &call, number).await);
        println!("{number}: {} · {:.3} alike", call["outcome"]["disposition"], alike[alike.len() - 1]);
        if number != TERRIBLE {
            assert_eq!(call["outcome"]["disposition"], "promise_to_pay", "{call}");
        }
    }
    assert!(alike[0] > 0.95 && alike[1] > 0.8, "{alike:?}");
}
