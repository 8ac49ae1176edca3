//! Two organisations with one of everything; the ids end in the organisation's.

use tandem_foundation::UserId;
use tandem_switchboard::exchange::{AgentView, LiveCall};
use tandem_switchboard::ports::signalling::Transport;
use tandem_switchboard::records::*;

use super::store::MemoryStore;
use super::{ROLES, now};

pub fn fill(store: &MemoryStore) {
    let mut data = store.data.lock();
    for org in ["org_1", "org_2"] {
        data.organisations.push(Organisation {
            id: org.into(),
            name: format!("Organisation {org}"),
            time_zone: "Asia/Jakarta".into(),
            created_at: UnixMs(1),
        });
        for role in ROLES {
            data.users.push(user(org, role));
        }
        data.calls.push(call(org, &format!("call_{org}"), 1_000, CallStatus::InProgress));
        data.assistants.push(Assistant {
            id: format!("asst_{org}").as_str().into(),
            org: org.into(),
            name: "Jane".into(),
            code: "jane".into(),
            enabled: true,
            version: 1,
            settings: AssistantSettings { language: "en".into(), ..Default::default() },
            created_at: UnixMs(1),
            updated_at: UnixMs(1),
        });
        data.trunks.push(trunk(org, &format!("trunk_{org}")));
        data.numbers.push(Number {
            id: format!("pn_{org}").as_str().into(),
            org: org.into(),
            number: if org == "org_1" { "+62215551234".into() } else { "+62215559999".into() },
            label: "Main".into(),
            trunk: format!("trunk_{org}").as_str().into(),
            route: None,
            created_at: UnixMs(1),
        });
        data.callbacks.push(callback(org));
        data.hours.push(NamedHours {
            id: format!("hours_{org}").as_str().into(),
            org: org.into(),
            name: "office".into(),
            hours: Hours::always(),
            created_at: UnixMs(1),
        });
        data.conferences.push(conference(org));
        data.voicemails.push(Voicemail {
            id: format!("vm_{org}").as_str().into(),
            org: org.into(),
            call: format!("call_{org}").as_str().into(),
            mailbox: Mailbox::User(user_id(org, UserRole::Agent)),
            from: "+62812345678".into(),
            created_at: UnixMs(1),
            duration_ms: 1_000,
            file: "recordings/vm.wav".into(),
            transcript: "call me".into(),
            heard_at: None,
        });
        data.providers.push(Provider {
            id: format!("prov_{org}").as_str().into(),
            org: org.into(),
            name: "spare".into(),
            kind: ProviderKind::Model,
            vendor: ProviderVendor::Openai,
            base_url: "https://api.openai.com/v1".into(),
            settings: ProviderSettings::default(),
            key: None,
            last_check: None,
            created_at: UnixMs(1),
            updated_at: UnixMs(1),
        });
        data.queues.push(Queue {
            id: format!("queue_{org}").as_str().into(),
            org: org.into(),
            name: "Support".into(),
            settings: QueueSettings::default(),
            members: Vec::new(),
            created_at: UnixMs(1),
        });
        data.keys.push(ApiKey {
            id: format!("key_{org}").as_str().into(),
            org: org.into(),
            name: "ci".into(),
            role: UserRole::Supervisor,
            contract: None,
            shown_prefix: "tk_abc".into(),
            hash: format!("hash {org}"),
            created_at: UnixMs(1),
            last_used_at: None,
            expires_at: None,
            revoked_at: None,
        });
    }
}

/// Everybody of the first organisation, ready.
pub fn agents() -> Vec<AgentView> {
    let of = |role| AgentView {
        user: user_id("org_1", role),
        name: format!("{role:?}"),
        state: AgentState::Ready,
        reason: None,
        since: UnixMs(1),
        until: None,
        calls: Vec::new(),
        last_call: None,
        skills: Default::default(),
        capacity: 1,
        pinned: false,
        queues: Vec::new(),
        calls_taken: 0,
        phone: true,
    };
    ROLES.into_iter().map(of).collect()
}

pub fn user_id(org: &str, role: UserRole) -> UserId {
    format!("user_{role:?}_{org}").to_lowercase().into()
}

fn user(org: &str, role: UserRole) -> User {
    User {
        id: user_id(org, role),
        org: org.into(),
        email: format!("{role:?}@{org}.example").to_lowercase().into(),
        name: format!("{role:?} of {org}"),
        role,
        password_hash: "none".into(),
        phone_name: Some(format!("phone-{role:?}-{org}").to_lowercase()),
        phone_password: Some("phone password".into()),
        enabled: true,
        created_at: now(),
    }
}

pub fn trunk(org: &str, id: &str) -> Trunk {
    Trunk {
        id: id.into(),
        org: org.into(),
        name: "Carrier".into(),
        host: "sip.example".into(),
        transport: Transport::Udp,
        domain: None,
        username: Some("u".into()),
        password: Some("trunk password".into()),
        register_s: Some(600),
        accept_from: Vec::new(),
        options_every_s: 30,
        srtp: None,
        codecs: Vec::new(),
        caller_id: None,
        max_cps: 5,
        max_channels: 100,
        enabled: true,
        created_at: UnixMs(1),
    }
}

pub fn call(org: &str, id: &str, at: i64, status: CallStatus) -> Call {
    Call {
        id: id.into(),
        org: org.into(),
        direction: Direction::Outbound,
        status,
        from: "+15550001111".into(),
        to: "+62812345678".into(),
        customer_name: Some("Rina".into()),
        assistant: Some(format!("asst_{org}").as_str().into()),
        trunk: None,
        number: None,
        sip_call_id: None,
        floor: FloorHolder::Assistant,
        floor_version: 3,
        placed_by: None,
        placed_for: None,
        variables: Default::default(),
        created_at: UnixMs(at),
        answered_at: Some(UnixMs(at)),
        ended_at: None,
        duration_ms: None,
        held_ms: 0,
        end_reason: None,
        outcome: None,
        recording: None,
        latency: None,
        origin: None,
    }
}

pub fn item(call: &str, position: i64, text: &str) -> TranscriptItem {
    TranscriptItem {
        id: format!("item_{position}").as_str().into(),
        call: call.into(),
        position,
        speaker: Speaker::Customer,
        speaker_name: None,
        text: text.into(),
        intended_text: None,
        interrupted: false,
        acknowledgement: false,
        start_ms: 0,
        end_ms: 10,
        confidence: None,
        latency: None,
    }
}

pub fn conference(org: &str) -> Conference {
    Conference {
        id: format!("conf_{org}").into(),
        org: org.into(),
        name: "standup".into(),
        created_at: UnixMs(1_000),
        started_at: Some(UnixMs(2_000)),
        ended_at: Some(UnixMs(9_000)),
        end_reason: Some("empty".into()),
        calls: vec![format!("call_{org}").into()],
        recordings: Vec::new(),
    }
}

/// Somebody who is to be called back.
pub fn callback(org: &str) -> Callback {
    Callback {
        id: format!("cb_{org}").as_str().into(),
        org: org.into(),
        queue: format!("queue_{org}").as_str().into(),
        number: "+62812345678".into(),
        name: None,
        origin: CallbackOrigin::Caller,
        state: CallbackState::Unknown,
        reason: Some("restart".into()),
        agent: None,
        since: UnixMs(1),
        due_at: UnixMs(1),
        attempts: 1,
        asked_in: None,
        call: "call_next".into(),
        note: String::new().into(),
        created_at: UnixMs(1),
        updated_at: UnixMs(1),
    }
}

/// A call that goes on, with somebody listening.
pub fn live_call(org: &str, id: &str) -> LiveCall {
    LiveCall {
        call: call(org, id, 1_000, CallStatus::InProgress),
        supervisors: vec![("user_supervisor_org_1".into(), "Sam".into(), SupervisionMode::Listen)],
        last_line: Some("hello".into()),
        quality: None,
        transfer: None,
        held: false,
        rings_for: None,
        queue: None,
        conference: None,
        callback: None,
        alerts: Vec::new(),
    }
}

/// One with an alert.
pub fn alerted_call(org: &str) -> LiveCall {
    let mut live = live_call(org, &format!("call_{org}"));
    live.alerts.push(Alert {
        id: format!("alert_{org}").into(),
        call: live.call.id.clone(),
        kind: AlertKind::Silence,
        rule: None,
        side: None,
        evidence: Vec::new(),
        at: UnixMs(2_000),
        at_ms: 1_000,
        acknowledged: None,
    });
    live
}
