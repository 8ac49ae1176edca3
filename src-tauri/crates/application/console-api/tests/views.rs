//! Views hold what the records hold, in the API's own words.

use serde_json::json;
use tandem_console_api::assistant_settings::AssistantSettings;
use tandem_console_api::calls::Quality;
use tandem_console_api::events::Event;
use tandem_console_api::lines::{Trunk, TrunkState};
use tandem_console_api::live::{ClientMessage, ServerMessage};
use tandem_switchboard::ports::media::LegQuality;
use tandem_switchboard::ports::signalling::{self, Transport};
use tandem_switchboard::records::{self, EventBody, FloorHolder, UnixMs};

fn floor_changed() -> records::Event {
    let floor = FloorHolder::Person { user: "user_1".into(), name: "Ann".into() };
    let body = EventBody::FloorChanged {
        floor,
        version: 4,
        by: Some("user_1".into()),
        reason: "takeover".into(),
        at_ms: 90,
    };
    records::Event { seq: 7, org: "org_1".into(), call: Some("call_1".into()), at: UnixMs(0), body }
}

#[test]
fn an_event_on_the_socket_is_flat_and_names_its_kind() {
    let message = ServerMessage::Event(Box::new(Event::from(&floor_changed())));
    let expected = json!({
        "type": "event", "seq": 7, "call": "call_1", "at": "1970-01-01T00:00:00Z", "kind": "floor.changed",
        "data": {
            "floor": {"holder": "person", "user": "user_1", "name": "Ann", "version": 4},
            "by": "user_1", "reason": "takeover", "at_ms": 90,
        },
    });
    assert_eq!(serde_json::to_value(message).expect("JSON"), expected);
}

#[test]
fn a_clients_message_with_an_unknown_field_is_refused() {
    let read = |text: &str| serde_json::from_str::<ClientMessage>(text);
    assert_eq!(read(r#"{"type":"resume","after":3}"#).expect("known"), ClientMessage::Resume { after: 3 });
    assert!(read(r#"{"type":"resume","after":3,"org":"org_2"}"#).is_err());
    assert!(read(r#"{"type":"snapshot"}"#).is_err());
}

#[test]
fn an_assistants_settings_survive_the_way_to_storage_and_back() {
    let sent = json!({
        "language": "id", "first_message": "Halo", "fields": ["amount"],
        "speech": {"voice": "slt", "speed": 1.25, "key_terms": ["Juniper"]},
        "turns": {"idle_prompt_s": 8},
        "tools": [
            {"kind": "transfer", "to": "user_1", "announcement": "One moment."}, {"kind": "opt_out"},
            {"kind": "webhook", "name": "lookup", "description": "", "url": "https://x.example", "parameters": {}},
        ],
        "keys": [{"digits": "0", "action": {"kind": "store", "variable": "choice"}}],
    });
    let read: AssistantSettings = serde_json::from_value(sent).expect("settings");
    let stored = records::AssistantSettings::from(read.clone());
    assert_eq!(stored.turns.idle_prompt_s, Some(8));
    assert_eq!(AssistantSettings::from(&stored), read);
}

#[test]
fn a_trunk_shows_that_it_has_a_password_and_not_which() {
    let mut row = records::Trunk {
        id: "trunk_1".into(),
        org: "org_1".into(),
        name: "Carrier".into(),
        host: "sip.example".into(),
        transport: Transport::Tcp,
        domain: None,
        username: None,
        password: Some("hunter2".into()),
        register_s: None,
        accept_from: Vec::new(),
        options_every_s: 0,
        srtp: Some(records::TrunkSrtp::Required),
        codecs: vec![tandem_switchboard::ports::media::Codec::Pcma],
        caller_id: None,
        max_cps: 1,
        max_channels: 1,
        enabled: true,
        created_at: UnixMs(0),
    };
    let failed =
        signalling::TrunkState::Failed { code: Some(403), reason: "Forbidden".into(), retry_in_s: 60 };
    let text = serde_json::to_string(&Trunk::new(&row, Some(&failed))).expect("JSON");
    assert!(text.contains(r#""has_password":true"#) && !text.contains("hunter2"));
    assert!(text.contains(r#""srtp":"required","codecs":["pcma"]"#), "{text}");
    assert!(text.contains(r#""state":{"state":"failed","code":403"#), "{text}");
    row.enabled = false;
    assert_eq!(Trunk::new(&row, Some(&failed)).state, TrunkState::Disabled);
}

#[test]
fn a_legs_quality_is_shown_with_what_the_peer_reports_and_how_it_sounds() {
    let quality = LegQuality {
        packets_received: 100,
        packets_lost: 2,
        packets_sent: 101,
        jitter_ms: 1.5,
        buffer_ms: 40.0,
        round_trip_ms: Some(80.25),
        remote_loss: Some(0.25),
        mos: None,
    };
    let expected = json!({
        "packets_received": 100, "packets_lost": 2, "packets_sent": 101, "jitter_ms": 1.5, "buffer_ms": 40.0,
        "round_trip_ms": 80.25, "remote_loss": 0.25, "mos": null,
    });
    assert_eq!(serde_json::to_value(Quality::from(quality)).expect("JSON"), expected);
    let heard = Quality::from(LegQuality { mos: Some(4.25), ..quality });
    assert_eq!(heard.mos, Some(4.25));
}
