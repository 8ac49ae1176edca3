//! Records to store: every field set, and nothing equal by accident.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use tandem_foundation::{CallId, OrgId};
use tandem_switchboard::ports::media::Codec;
use tandem_switchboard::ports::signalling::Transport;
use tandem_switchboard::ports::store::{Commit, StoreError};
use tandem_switchboard::records::*;

use super::Subject;

/// A text that was not given before in this process.
pub fn fresh(prefix: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{prefix}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A new stored organisation.
pub async fn organisation(store: &Subject) -> OrgId {
    let row = Organisation {
        id: fresh("org").into(),
        name: "Juniper Bank".to_owned(),
        time_zone: "Asia/Jakarta".to_owned(),
        created_at: UnixMs(1_000),
    };
    store.put_organisation(row.clone()).await.expect("put organisation");
    row.id
}

/// A call with every field set.
pub fn full_call(org: &OrgId, created_at: i64) -> Call {
    Call {
        id: fresh("call").into(),
        org: org.clone(),
        direction: Direction::Outbound,
        status: CallStatus::Completed,
        from: "+62215551234".into(),
        to: "+62812345678".into(),
        customer_name: Some("Rina Wijaya".into()),
        assistant: Some("asst_jane_collections".into()),
        trunk: Some("trunk_1".into()),
        number: Some("pn_jakarta_01".into()),
        placed_by: Some("user_1".into()),
        placed_for: Some("queue_1".into()),
        sip_call_id: Some("a84b4c76e66710@pc33".to_owned()),
        floor: FloorHolder::Person { user: "user_1".into(), name: "Ann \"A\" O'Neil".to_owned() },
        floor_version: 7,
        variables: BTreeMap::from([("amount_due".to_owned(), "Rp 1.250.000".to_owned())]),
        created_at: UnixMs(created_at),
        answered_at: Some(UnixMs(created_at + 3_000)),
        ended_at: Some(UnixMs(created_at + 63_000)),
        duration_ms: Some(60_000),
        held_ms: 4_500,
        end_reason: Some("customer".to_owned()),
        outcome: Some(Outcome {
            disposition: "promise_to_pay".to_owned(),
            summary: "Pays on the fifth. Её слова: «да» ✓".to_owned(),
            sentiment: "positive".to_owned(),
            fields: vec![OutcomeField {
                name: "pay_on".to_owned(),
                value: "2026-06-05".into(),
                evidence: vec!["item_1".into()],
            }],
            needs_review: true,
        }),
        recording: Some(Recording {
            id: "rec_1".into(),
            file: "recordings/rec_1.wav".to_owned(),
            duration_ms: 60_000,
            complete: true,
            state: Some(RecordingState::Complete),
            format: RecordingFormat::Wav,
            bytes: Some(1_920_044),
            sha256: Some("ab".repeat(32)),
        }),
        latency: Some(LatencySummary { turns: 4, response_p50_ms: 640, response_max_ms: 910 }),
        origin: Some(Box::new(Origin {
            key: Some("key_1".into()),
            metadata: serde_json::json!({ "order": { "id": 7 } }).into(),
            callback_url: Some("https://example.org/done".to_owned()),
            status_url: Some("https://example.org/status".to_owned()),
            action_url: Some("https://example.org/action".to_owned()),
            events: vec!["call_completed".to_owned()],
            task: Some("task_1".to_owned()),
            ..Origin::new(Contract::Va)
        })),
    }
}

/// A call that has just begun: every optional field empty.
pub fn new_call(org: &OrgId, created_at: i64) -> Call {
    Call {
        direction: Direction::Inbound,
        status: CallStatus::Ringing,
        customer_name: None,
        assistant: None,
        trunk: None,
        number: None,
        placed_by: None,
        placed_for: None,
        sip_call_id: None,
        floor: FloorHolder::Nobody,
        floor_version: 0,
        variables: BTreeMap::new(),
        answered_at: None,
        ended_at: None,
        duration_ms: None,
        end_reason: None,
        outcome: None,
        recording: None,
        latency: None,
        origin: None,
        ..full_call(org, created_at)
    }
}

/// A transcript item with every field set.
pub fn item(call: &CallId, position: i64, text: &str) -> TranscriptItem {
    TranscriptItem {
        id: fresh("item").into(),
        call: call.clone(),
        position,
        speaker: Speaker::Assistant,
        speaker_name: Some("Jane".to_owned()),
        text: text.into(),
        intended_text: Some("Good morning, this is Jane of".into()),
        interrupted: true,
        acknowledgement: true,
        start_ms: 1_200,
        end_ms: 3_400,
        confidence: Some(0.93),
        latency: Some(TurnLatency {
            final_ms: Some(120),
            first_packet_ms: Some(640),
            ..TurnLatency::default()
        }),
    }
}

/// An event of a call.
pub fn key_pressed(call: &CallId, at_ms: i64) -> NewEvent {
    NewEvent { call: Some(call.clone()), at: UnixMs(at_ms), body: EventBody::KeyPressed { at_ms } }
}

/// An event of the configuration.
pub fn changed(what: &str, id: &str) -> NewEvent {
    let body =
        EventBody::ConfigChanged { what: what.to_owned(), id: id.to_owned(), deleted: false, by: None };
    NewEvent { call: None, at: UnixMs(5), body }
}

/// Commits a call with one event.
pub async fn commit_call(store: &Subject, call: &Call) -> Vec<Event> {
    let events = vec![key_pressed(&call.id, call.created_at.0)];
    let commit = Commit { call: Some(call.clone()), events, ..Commit::default() };
    store.commit(&call.org, commit).await.expect("commit a call")
}

/// An assistant with settings.
pub fn assistant(org: &OrgId) -> Assistant {
    Assistant {
        id: fresh("asst").into(),
        org: org.clone(),
        name: "EMI Reminder Agent".to_owned(),
        code: fresh("emi-reminder"),
        enabled: true,
        version: 1,
        settings: AssistantSettings {
            language: "en-IN".to_owned(),
            system_prompt: "You remind {customer_name}.".to_owned(),
            tools: vec![ToolSettings::EndCall],
            keys: vec![KeyRule { digits: "9".to_owned(), action: KeyAction::OptOut }],
            fields: vec!["customer_name".to_owned()],
            record: true,
            ..AssistantSettings::default()
        },
        created_at: UnixMs(10),
        updated_at: UnixMs(11),
    }
}

/// A trunk with every field set.
pub fn trunk(org: &OrgId) -> Trunk {
    Trunk {
        id: fresh("trunk").into(),
        org: org.clone(),
        name: "India Prod Trunk 1".to_owned(),
        host: "sip.example.net:5061".to_owned(),
        transport: Transport::Tls,
        domain: Some("example.net".to_owned()),
        username: Some("juniper".to_owned()),
        password: Some("trunk secret".into()),
        register_s: Some(300),
        accept_from: vec!["192.0.2.0/24".to_owned(), "2001:db8::1".to_owned()],
        options_every_s: 30,
        srtp: Some(TrunkSrtp::Required),
        codecs: vec![Codec::Pcma, Codec::Opus],
        caller_id: Some("+62215551234".into()),
        max_cps: 5,
        max_channels: 100,
        enabled: true,
        created_at: UnixMs(20),
    }
}

/// A number on a trunk.
pub fn number(trunk: &Trunk) -> Number {
    Number {
        id: fresh("pn").into(),
        org: trunk.org.clone(),
        number: fresh("+62").into(),
        label: "Jakarta".to_owned(),
        trunk: trunk.id.clone(),
        route: Some(Route::Assistant { assistant: "akylai".into() }),
        created_at: UnixMs(30),
    }
}

/// A person with a phone.
/// An agent on a break, with a skill.
pub fn agent_profile(org: &OrgId, user: &str) -> AgentProfile {
    AgentProfile {
        skills: [("hindi".to_owned(), 7)].into(),
        capacity: 2,
        pinned: true,
        presence: Presence::Paused { reason: "lunch".into() },
        ..AgentProfile::new(org.clone(), user.into(), UnixMs(5))
    }
}

/// A queue that uses every part of its settings.
pub fn queue(org: &OrgId) -> Queue {
    let relaxed = vec![SkillStep { after_s: 30, level: 2 }, SkillStep { after_s: 60, level: 0 }];
    Queue {
        id: fresh("queue").into(),
        org: org.clone(),
        name: fresh("Queue"),
        settings: QueueSettings {
            strategy: QueueStrategy::Ranked,
            needs: vec![SkillNeed { skill: "hindi".into(), level: 5, relaxed }],
            longest_wait_s: Some(600),
            join_with: QueueStaffing::Ready,
            greeting: Some("Selamat pagi".into()),
            bridge: Some("asst_1".into()),
            overflow: Overflow::Assistant { assistant: "asst_1".into() },
            dispositions: vec!["Sold".into()],
            ..QueueSettings::default()
        },
        members: vec![
            Member { who: MemberRef::Person { user: "user_1".into() }, rank: 1 },
            Member { who: MemberRef::Assistant { assistant: "asst_1".into() }, rank: 9 },
        ],
        created_at: UnixMs(7),
    }
}

pub fn user(org: &OrgId) -> User {
    User {
        id: fresh("user").into(),
        org: org.clone(),
        email: format!("{}@Example.org", fresh("Ann")).into(),
        name: "Ann".to_owned(),
        role: UserRole::Supervisor,
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".into(),
        phone_name: Some(fresh("ann")),
        phone_password: Some("phone secret".into()),
        enabled: true,
        created_at: UnixMs(40),
    }
}

/// An API key.
pub fn key(org: &OrgId) -> ApiKey {
    ApiKey {
        id: fresh("key").into(),
        org: org.clone(),
        name: "Billing".to_owned(),
        role: UserRole::Admin,
        contract: Some(Contract::Audatec),
        shown_prefix: "tk_live_ab12".to_owned(),
        hash: fresh("hash"),
        created_at: UnixMs(50),
        last_used_at: None,
        expires_at: Some(UnixMs(5_000)),
        revoked_at: None,
    }
}

/// A session of a person, from 60 to 1060.
pub fn session(user: &User) -> Session {
    Session {
        id: fresh("sess").into(),
        org: user.org.clone(),
        user: user.id.clone(),
        token_hash: fresh("token"),
        created_at: UnixMs(60),
        seen_at: UnixMs(60),
        expires_at: UnixMs(1_060),
    }
}

/// Asserts that the result is `NotFound`.
#[track_caller]
pub fn not_found<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::NotFound { .. })), "expected NotFound, got {result:?}");
}

/// Asserts that the result is a conflict on `expected`.
#[track_caller]
pub fn conflict<T: std::fmt::Debug>(result: Result<T, StoreError>, expected: &str) {
    let found = matches!(&result, Err(StoreError::Conflict { field, .. }) if *field == expected);
    assert!(found, "expected a conflict on {expected}, got {result:?}");
}

/// A message that was left in a call, `at` ms after 1970.
pub fn voicemail(call: &Call, at: i64) -> Voicemail {
    let id: tandem_foundation::VoicemailId = fresh("vm").into();
    Voicemail {
        file: format!("recordings/{id}.wav"),
        id,
        org: call.org.clone(),
        call: call.id.clone(),
        mailbox: Mailbox::Named("sales".to_owned()),
        from: call.from.clone(),
        created_at: UnixMs(at),
        duration_ms: 4_200,
        transcript: "please call me back".into(),
        heard_at: None,
    }
}
