//! A call recorded as Ogg-Opus: paused and resumed by API, downloaded in every format, its hash verified. Needs ffmpeg.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::{Live, Server, Wav};

/// Codec, channels and seconds of a file, by ffprobe.
fn probe(path: &Path) -> (String, u64, f64) {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "json", "-show_streams", "-show_format"])
        .arg(path)
        .output()
        .expect("ffprobe is installed");
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let seconds = told["format"]["duration"].as_str().and_then(|text| text.parse().ok());
    let stream = &told["streams"][0];
    (
        stream["codec_name"].as_str().unwrap_or_default().to_owned(),
        stream["channels"].as_u64().unwrap_or_default(),
        seconds.unwrap_or_default(),
    )
}

fn loudest(samples: &[i16]) -> u16 {
    samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or_default()
}

#[tokio::test]
async fn a_recording_is_paused_converted_and_verified() {
    let server = Server::sandbox_with(&["--recordings", "ogg"]);
    let api = server.signed_in("supervisor").await;
    let mut live = Live::open(&api).await;
    let call = api.call("+62812345678", "asst_jane_collections").await;
    let here = |m: &Value, kind: &str| m["kind"] == kind && m["call"] == call.as_str();
    live.until("the assistant speaks", 60, |m| {
        here(m, "transcript.item") && m["data"]["speaker"] == "assistant"
    })
    .await;

    let agent = server.signed_in("agent").await;
    let refused = agent.ask(Method::POST, &format!("/calls/{call}/recording/pause"), None).await;
    assert_eq!(refused.status, 403, "an agent who does not hold the floor: {}", refused.body);
    for _ in 0..2 {
        api.post(&format!("/calls/{call}/recording/pause"), Value::Null).await;
    }
    let row = api.get(&format!("/calls/{call}")).await;
    assert_eq!(row["recording"]["state"], "paused");
    tokio::time::sleep(Duration::from_secs(2)).await;
    for _ in 0..2 {
        api.post(&format!("/calls/{call}/recording/resume"), Value::Null).await;
    }
    live.until("the end of the call", 120, |m| here(m, "call.ended")).await;

    let events = api.get(&format!("/calls/{call}/events")).await;
    let of = |kind: &str| -> Vec<Value> {
        events["items"].as_array().expect("items").iter().filter(|e| e["kind"] == kind).cloned().collect()
    };
    let (paused, resumed) = (of("recording.paused"), of("recording.resumed"));
    assert_eq!((paused.len(), resumed.len()), (1, 1), "asking again changes nothing");
    assert!(paused[0]["data"]["by"].is_string() && resumed[0]["data"]["automatic"] == json!(false));
    let at = |event: &Value| event["data"]["at_ms"].as_f64().expect("ms") / 1_000.0;
    let (from, to) = (at(&paused[0]), at(&resumed[0]));
    let transcript = api.get(&format!("/calls/{call}/transcript")).await;
    for item in transcript["items"].as_array().expect("items") {
        let start = item["start_ms"].as_f64().expect("ms") / 1_000.0;
        let said = item["speaker"] != "system" && start >= from && start < to;
        assert!(!said || item["text"] == "[paused]", "said in the pause: {item}");
    }

    let recording = api.get(&format!("/calls/{call}")).await["recording"].clone();
    assert_eq!((recording["format"].as_str(), recording["state"].as_str()), (Some("ogg"), Some("complete")));
    let seconds = recording["duration_ms"].as_f64().expect("ms") / 1_000.0;
    let folder = tempfile::tempdir().expect("a folder");
    for (format, codec) in [("ogg", "opus"), ("mp3", "mp3"), ("wav", "pcm_s16le")] {
        let path = folder.path().join(format!("call.{format}"));
        let bytes = api.bytes(&format!("/calls/{call}/recording?format={format}")).await;
        std::fs::write(&path, bytes).expect("written");
        let (name, channels, length) = probe(&path);
        assert_eq!((name.as_str(), channels), (codec, 2), "{format}");
        assert!((length - seconds).abs() < 0.3, "{format}: {length} s of {seconds}");
    }
    let wav = Wav::read(&folder.path().join("call.wav"));
    for side in [0, 1] {
        let gap = wav.stretch(side, from + 0.2, to - 0.2);
        assert!(loudest(gap) < 64, "side {side}: {} in the pause", loudest(gap));
    }
    assert!(loudest(wav.stretch(1, 0.0, from)) > 1_000, "the assistant before the pause");
    let outside = api.ask(Method::GET, &format!("/calls/{call}/recording?format=flac"), None).await;
    assert_eq!(outside.status, 422);

    let verify = || server.tandem(&["recording", "verify", &call, "--json"]);
    assert!(verify().status.success(), "{:?}", verify());
    let file = server.data().join(format!("recordings/{call}.ogg"));
    let mut bytes = std::fs::read(&file).expect("the file is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).expect("altered");
    let told = verify();
    assert_eq!(told.status.code(), Some(4));
    let told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!(told["altered"], json!([call]));
}

#[tokio::test]
async fn a_pause_that_is_forgotten_ends_by_itself() {
    let server = Server::sandbox_with(&["--recording-pause-s", "1"]);
    let api = server.api();
    let mut live = Live::open(&api).await;
    let call = api.call("+62812345678", "asst_jane_collections").await;
    let here = |m: &Value, kind: &str| m["kind"] == kind && m["call"] == call.as_str();
    live.until("the assistant speaks", 60, |m| here(m, "transcript.item")).await;
    api.post(&format!("/calls/{call}/recording/pause"), Value::Null).await;
    live.until("the pause ends", 10, |m| {
        here(m, "recording.resumed") && m["data"]["automatic"] == json!(true)
    })
    .await;
    assert_eq!(api.get(&format!("/calls/{call}")).await["recording"]["state"], "recording");
}
