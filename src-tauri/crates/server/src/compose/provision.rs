//! The sandbox's organisation: the assistants, trunk, numbers and people that the contracts' examples name.
//!
//! Putting it twice changes nothing: every row has a fixed id.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use tandem_foundation::{OrgId, Pii};
use tandem_switchboard::ports::signalling::Transport;
use tandem_switchboard::ports::store::{Store, StoreError};
use tandem_switchboard::records::{
    Assistant, AssistantSettings, KeyAction, KeyRule, Member, MemberRef, Number, Organisation, Queue,
    QueueSettings, Route, SpeechSettings, ToolSettings, Trunk, UnixMs, User, UserRole,
};

/// The organisation's id.
pub(crate) const ORG: &str = "org_sandbox";
/// The trunk's id, as a published example names it.
const TRUNK: &str = "d5f3a1c0-8b2e-4f9a-b7d1-1e2c3a4b5c6d";
/// The queue's id.
const SUPPORT: &str = "queue_support";
/// The digest user by which the exchange registers with the pretend carrier.
pub(crate) const CARRIER_USER: &str = "tandem";

/// A person of the sandbox and what they sign in with.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub id: &'static str,
    pub email: &'static str,
    pub name: &'static str,
    pub role: UserRole,
    pub phone: &'static str,
}

/// Everybody with a sign-in.
pub(crate) const PEOPLE: [Person; 5] = [
    Person {
        id: "user_admin",
        email: "admin@sandbox.test",
        name: "Ada Admin",
        role: UserRole::Owner,
        phone: "ada",
    },
    Person {
        id: "user_supervisor",
        email: "supervisor@sandbox.test",
        name: "Sam Supervisor",
        role: UserRole::Supervisor,
        phone: "sam",
    },
    Person {
        id: "user_supervisor_2",
        email: "supervisor2@sandbox.test",
        name: "Sue Supervisor",
        role: UserRole::Supervisor,
        phone: "sue",
    },
    Person {
        id: "user_agent",
        email: "agent@sandbox.test",
        name: "Alex Agent",
        role: UserRole::Agent,
        phone: "alex",
    },
    Person {
        id: "user_agent_2",
        email: "agent2@sandbox.test",
        name: "Aylin Agent",
        role: UserRole::Agent,
        phone: "aylin",
    },
];

/// What differs from one start to the next.
pub(crate) struct Secrets {
    /// PHC string of the password that all of the sandbox's people share.
    pub password_hash: String,
    /// Digest password of their phones.
    pub phone_password: String,
    /// Digest password with the carrier.
    pub carrier_password: String,
}

/// Writes the whole organisation.
pub(crate) async fn put(
    store: &dyn Store,
    carrier: SocketAddr,
    secrets: &Secrets,
    now: UnixMs,
) -> Result<OrgId, StoreError> {
    let org = OrgId::from(ORG);
    store
        .put_organisation(Organisation {
            id: org.clone(),
            name: "Juniper Bank".into(),
            time_zone: "Asia/Jakarta".into(),
            created_at: now,
        })
        .await?;
    for person in PEOPLE {
        let row = User {
            id: person.id.into(),
            org: org.clone(),
            email: person.email.into(),
            name: person.name.into(),
            role: person.role,
            password_hash: Pii::new(secrets.password_hash.clone()),
            phone_name: Some(person.phone.into()),
            phone_password: Some(Pii::new(secrets.phone_password.clone())),
            enabled: true,
            created_at: now,
        };
        store.put_user(row, Vec::new()).await?;
    }
    store.put_trunk(trunk(&org, carrier, secrets, now), Vec::new()).await?;
    for (index, assistant) in assistants(&org, now).into_iter().enumerate() {
        match store.assistant(&org, &assistant.id).await {
            // What was edited in the console stays edited.
            Ok(_) => {}
            Err(StoreError::NotFound { .. }) => {
                let created_at = UnixMs(now.0 + i64::try_from(index).unwrap_or_default());
                store.put_assistant(Assistant { created_at, ..assistant }, None, Vec::new()).await?;
            }
            Err(error) => return Err(error),
        }
    }
    for (id, number, label, assistant) in [
        ("pn_jakarta_01", "+62215551234", "Jakarta main line", "asst_receptionist"),
        ("pn_jakarta_02", "+62215551235", "Collections call-back", "asst_jane_collections"),
    ] {
        let row = Number {
            id: id.into(),
            org: org.clone(),
            number: number.into(),
            label: label.into(),
            trunk: TRUNK.into(),
            route: Some(Route::Assistant { assistant: assistant.into() }),
            created_at: now,
        };
        store.put_number(row, Vec::new()).await?;
    }
    // What was edited in the console stays edited.
    if store.queues(&org).await?.is_empty() {
        store.put_queue(support(&org, now), Vec::new()).await?;
    }
    let support = Number {
        id: "pn_jakarta_03".into(),
        org: org.clone(),
        number: "+62215551236".into(),
        label: "Support".into(),
        trunk: TRUNK.into(),
        route: Some(Route::Queue { queue: SUPPORT.into() }),
        created_at: now,
    };
    store.put_number(support, Vec::new()).await?;
    Ok(org)
}

/// Where people answer.
fn support(org: &OrgId, now: UnixMs) -> Queue {
    let member = |user: &str, rank| Member { who: MemberRef::Person { user: user.into() }, rank };
    Queue {
        id: SUPPORT.into(),
        org: org.clone(),
        name: "Support".into(),
        settings: QueueSettings {
            greeting: Some("Welcome to Juniper Bank. Somebody will be with you shortly.".into()),
            script: "Good day, this is Juniper Bank. Am I speaking with {customer_name}?".into(),
            dispositions: ["Resolved", "Call back", "Wrong number"].map(str::to_owned).to_vec(),
            ..QueueSettings::default()
        },
        members: vec![member("user_agent", 1), member("user_agent_2", 2)],
        created_at: now,
    }
}

fn trunk(org: &OrgId, carrier: SocketAddr, secrets: &Secrets, now: UnixMs) -> Trunk {
    Trunk {
        id: TRUNK.into(),
        org: org.clone(),
        name: "India Prod Trunk 1".into(),
        host: carrier.to_string(),
        transport: Transport::Udp,
        domain: None,
        username: Some(CARRIER_USER.into()),
        password: Some(Pii::new(secrets.carrier_password.clone())),
        register_s: Some(300),
        accept_from: vec![carrier.ip().to_string()],
        options_every_s: 30,
        srtp: None,
        codecs: Vec::new(),
        caller_id: Some("+62215551234".into()),
        max_cps: 5,
        max_channels: 100,
        enabled: true,
        created_at: now,
    }
}

fn assistants(org: &OrgId, now: UnixMs) -> Vec<Assistant> {
    let row = |id: &str, code: &str, name: &str, settings: AssistantSettings| Assistant {
        id: id.into(),
        org: org.clone(),
        name: name.into(),
        code: code.into(),
        enabled: true,
        version: 1,
        settings,
        created_at: now,
        updated_at: now,
    };
    vec![
        row("asst_jane_collections", "jane-collections", "Jane", jane()),
        row("830f767a-397e-4b39-82ff-235cd344e2f9", "emi-reminder-v2", "EMI Reminder Agent", emi_reminder()),
        row(
            "akylai",
            "akylai",
            "Akylai",
            speaker(AKYLAI, "Hello, this is Akylai. How can I help you today?"),
        ),
        row(
            "altai",
            "altai",
            "Altai",
            speaker(ALTAI, "Hello, this is Altai. Do you have a minute for a question?"),
        ),
        row("asst_receptionist", "receptionist", "Maya", receptionist()),
    ]
}

const JANE: &str = include_str!("../../../../../assets/sandbox/dialogues/jane-collections.toml");
const EMI: &str = include_str!("../../../../../assets/sandbox/dialogues/emi-reminder.toml");
const AKYLAI: &str = include_str!("../../../../../assets/sandbox/dialogues/akylai.toml");
const ALTAI: &str = include_str!("../../../../../assets/sandbox/dialogues/altai.toml");
const RECEPTIONIST: &str = include_str!("../../../../../assets/sandbox/dialogues/receptionist.toml");

/// An English assistant on the embedded providers.
fn speaker(script: &str, first_message: &str) -> AssistantSettings {
    AssistantSettings {
        language: "en".into(),
        system_prompt: "You speak with customers of Juniper Bank on the telephone. Be brief and kind.".into(),
        first_message: first_message.into(),
        first_message_interruptible: true,
        speech: SpeechSettings {
            recogniser: "embedded".into(),
            voice_provider: "embedded".into(),
            voice: "slt".into(),
            model_provider: "scripted".into(),
            script: script.into(),
            ..SpeechSettings::default()
        },
        tools: vec![
            ToolSettings::Transfer {
                to: "anyone".into(),
                announcement: "One moment please, I will connect you to a colleague.".into(),
            },
            ToolSettings::EndCall,
            ToolSettings::Callback,
            ToolSettings::OptOut,
        ],
        keys: vec![KeyRule { digits: "9".into(), action: KeyAction::OptOut }],
        record: true,
        ..AssistantSettings::default()
    }
}

fn jane() -> AssistantSettings {
    let mut settings = speaker(
        JANE,
        "Hello {customer_name}, this is Jane from Juniper Bank. \
         I am calling about your payment of {amount_due}. Can you make the payment this month?",
    );
    settings.description = "Collections, first reminder".into();
    settings.sample_variables =
        variables(&[("customer_name", "Rina"), ("amount_due", "two hundred dollars")]);
    settings.keys.push(KeyRule {
        digits: "1".into(),
        action: KeyAction::Say { text: "Thank you. You pressed one, so I will note that you agree.".into() },
    });
    settings
}

fn emi_reminder() -> AssistantSettings {
    let mut settings = speaker(
        EMI,
        "Hello {customer_name}, this is Juniper Bank. Your payment of {amount_due} is due. Will you pay in time?",
    );
    settings.description = "Reminds of an instalment".into();
    settings.fields = vec!["customer_name".into(), "amount_due".into(), "due_date".into()];
    settings.sample_variables =
        variables(&[("customer_name", "Rahul Sharma"), ("amount_due", "7500"), ("due_date", "2026-06-20")]);
    settings
}

fn receptionist() -> AssistantSettings {
    let mut settings = speaker(
        RECEPTIONIST,
        "Welcome to Juniper Bank, this is Maya. Press one for your balance, or tell me how I can help.",
    );
    settings.description = "Answers the main line".into();
    settings.keys.push(KeyRule {
        digits: "1".into(),
        action: KeyAction::Say { text: "Your balance is two hundred dollars.".into() },
    });
    settings
}

fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
