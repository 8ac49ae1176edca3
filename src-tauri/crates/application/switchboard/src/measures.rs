//! What is counted while calls run, by the names under which operators see it. Units are seconds, as usual there.
//!
//! Labels never hold a number, a name or an id: they are few, and anybody may read them.

use std::time::Duration;

use crate::ports::media::LegQuality;
use crate::ports::speech::ProviderError;
use crate::records::{Call, Direction, EventBody, FloorHolder, SpeechSettings, TurnLatency};

/// A commit of state with its events, from asking to durable.
pub(crate) fn committed(after: Duration) {
    metrics::histogram!("tandem_commit_seconds").record(after);
}

/// Each event that is written, once.
pub(crate) fn event(body: &EventBody) {
    match body {
        EventBody::CallEnded(call) => call_ended(call),
        EventBody::FloorChanged { floor, reason, .. } => floor_changed(floor, reason),
        EventBody::FloorSilenced { after_ms } => taken_over("silent", *after_ms),
        EventBody::FloorAudible { after_ms, .. } => taken_over("audible", *after_ms),
        EventBody::RecordingFailed { state, .. } => {
            metrics::counter!("tandem_recording_failures_total", "state" => state.as_str()).increment(1);
        }
        _ => {}
    }
}

/// A provider failed; whoever swallows the failure to ask another provider counts it here, everybody else hands it on.
pub fn provider_failed(error: &ProviderError) {
    let labels = [
        ("provider", error.provider.clone()),
        ("operation", error.operation.to_owned()),
        ("kind", error.kind.as_str().to_owned()),
    ];
    metrics::counter!("tandem_provider_errors_total", &labels).increment(1);
}

fn call_ended(call: &Call) {
    let direction = match call.direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
        Direction::Internal => "internal",
    };
    metrics::counter!("tandem_calls_total", "direction" => direction, "status" => call.status.as_str())
        .increment(1);
    if let Some(ms) = call.duration_ms.and_then(|ms| u64::try_from(ms).ok()) {
        metrics::histogram!("tandem_call_seconds").record(Duration::from_millis(ms));
    }
}

/// A turn's stages, each counted from the end of the customer's speech.
pub(crate) fn turn(latency: &TurnLatency, speech: &SpeechSettings) {
    let named = |name: &str| if name.is_empty() { "embedded".to_owned() } else { name.to_owned() };
    let (recogniser, voice) = (named(&speech.recogniser), named(&speech.voice_provider));
    let model =
        if speech.model_provider.is_empty() { "scripted".to_owned() } else { speech.model_provider.clone() };
    let stages = [
        ("final", recogniser.as_str(), latency.final_ms),
        ("committed", "turn", latency.committed_ms),
        ("first_token", model.as_str(), latency.first_token_ms),
        ("first_sentence", model.as_str(), latency.first_sentence_ms),
        ("first_audio", voice.as_str(), latency.first_audio_ms),
        ("first_packet", "media", latency.first_packet_ms),
    ];
    for (stage, provider, ms) in stages {
        let Some(ms) = ms else { continue };
        metrics::histogram!("tandem_turn_seconds", "stage" => stage, "provider" => provider.to_owned())
            .record(Duration::from_millis(ms.into()));
    }
}

/// A request to the model that was begun before its turn was surely over.
pub(crate) fn speculated(used: bool) {
    let result = if used { "used" } else { "wasted" };
    metrics::counter!("tandem_speculation_total", "result" => result).increment(1);
}

/// How long this recogniser is waited for in calls that begin now.
pub(crate) fn recogniser_p99(provider: &str, language: &str, p99: Duration) {
    let labels = [("provider", provider.to_owned()), ("language", language.to_owned())];
    metrics::gauge!("tandem_recogniser_final_p99_seconds", &labels).set(p99.as_secs_f64());
}

fn floor_changed(to: &FloorHolder, reason: &str) {
    let to = match to {
        FloorHolder::Nobody => "nobody",
        FloorHolder::Assistant => "assistant",
        FloorHolder::Person { .. } => "person",
        FloorHolder::Outside => "outside",
        FloorHolder::Bridging => "bridging",
    };
    metrics::counter!("tandem_floor_changes_total", "to" => to, "reason" => reason.to_owned()).increment(1);
}

fn taken_over(until: &'static str, after_ms: u32) {
    metrics::histogram!("tandem_takeover_seconds", "until" => until)
        .record(Duration::from_millis(after_ms.into()));
}

/// SIP messages that no call's trace shows, since nothing waits for a trace.
pub(crate) fn untraced(messages: u64) {
    if messages > 0 {
        metrics::counter!("tandem_sip_messages_untraced_total").increment(messages);
    }
}

/// What a customer's line is like, each time the engine tells of it.
pub(crate) fn quality(now: &LegQuality, before: Option<&LegQuality>) {
    metrics::histogram!("tandem_rtp_jitter_seconds").record(f64::from(now.jitter_ms) / 1_000.0);
    let more = |now: u64, before: Option<u64>| now.saturating_sub(before.unwrap_or_default());
    metrics::counter!("tandem_rtp_packets_total", "direction" => "received")
        .increment(more(now.packets_received, before.map(|b| b.packets_received)));
    metrics::counter!("tandem_rtp_packets_total", "direction" => "sent")
        .increment(more(now.packets_sent, before.map(|b| b.packets_sent)));
    metrics::counter!("tandem_rtp_lost_packets_total")
        .increment(more(now.packets_lost, before.map(|b| b.packets_lost)));
}
