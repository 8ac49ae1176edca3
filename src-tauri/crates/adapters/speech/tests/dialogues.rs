//! The sandbox's dialogues: what each assistant answers to what its customers say.

use std::collections::BTreeMap;
use std::time::Duration;

use tandem_speech::scripted::Scripted;
use tandem_switchboard::ports::speech::{Message, Model, ModelEvent, ModelRequest, Role, ToolSpec};

macro_rules! dialogue {
    ($name:literal) => {
        Scripted::new(include_str!(concat!("../../../../../assets/sandbox/dialogues/", $name, ".toml")))
            .expect(concat!($name, " is a dialogue"))
    };
}

fn message(role: Role, content: &str) -> Message {
    Message { role, content: content.into(), tool_calls: Vec::new(), tool_call_id: None }
}

fn tool(name: &str) -> ToolSpec {
    ToolSpec {
        name: name.into(),
        description: String::new(),
        parameters: serde_json::json!({ "type": "object" }),
    }
}

/// What is said, and the tool that is called.
async fn answer(model: &Scripted, messages: Vec<Message>) -> (String, Option<String>) {
    let variables: BTreeMap<String, String> =
        [("customer_name", "Rina"), ("amount_due", "two hundred dollars"), ("due_date", "2026-06-20")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    let request = ModelRequest {
        messages,
        tools: ["transfer", "end_call", "schedule_callback", "opt_out"].map(tool).into(),
        temperature: 0.0,
        max_tokens: 100,
        variables,
        today: "2026-11-21".into(),
        first_token_timeout: Duration::from_secs(1),
    };
    let mut events = model.reply(request).await.expect("an answer");
    let (mut text, mut tool) = (String::new(), None);
    while let Some(event) = events.recv().await {
        match event {
            ModelEvent::Text(piece) => text.push_str(&piece),
            ModelEvent::ToolCall(call) => tool = Some(call.name),
            ModelEvent::Finished { .. } => break,
            ModelEvent::Failed { message, .. } => panic!("{message}"),
        }
    }
    (text, tool)
}

async fn said(model: &Scripted, heard: &str) -> (String, Option<String>) {
    answer(model, vec![message(Role::System, "prompt"), message(Role::User, heard)]).await
}

#[tokio::test]
async fn jane_understands_her_customers() {
    let jane = dialogue!("jane-collections");
    for (heard, part, tool) in [
        ("yes i can pay on the fifth", "you will pay on the fifth", None),
        ("wait how much do i have to pay", "two hundred dollars", None),
        ("i want to speak to a person please", "", Some("transfer")),
        ("stop calling me", "", Some("opt_out")),
        ("please leave a message after the tone", "this is Jane", Some("end_call")),
        ("can i pay on the tenth", "Shall I note", None),
        ("i can not pay now", "two parts", None),
        ("thank you goodbye", "Goodbye", Some("end_call")),
        ("mumble", "Can you make the payment", None),
    ] {
        let (text, called) = said(&jane, heard).await;
        assert!(text.contains(part), "{heard}: {text}");
        assert_eq!(called.as_deref(), tool, "{heard}: {text}");
    }
}

#[tokio::test]
async fn the_others_answer_what_they_are_asked() {
    let (emi, akylai, altai, maya) =
        (dialogue!("emi-reminder"), dialogue!("akylai"), dialogue!("altai"), dialogue!("receptionist"));
    assert!(said(&emi, "yes i will pay on june twentieth").await.0.contains("on june twentieth"));
    assert!(said(&akylai, "what are your opening hours").await.0.contains("nine to five"));
    assert!(said(&akylai, "where is your office").await.0.contains("Garden Street"));
    assert_eq!(said(&altai, "goodbye").await.1.as_deref(), Some("end_call"));
    assert!(said(&maya, "hello i have a question about my balance").await.0.contains("two hundred dollars"));
    assert!(said(&maya, "[pressed 1]").await.0.contains("balance"));
}

#[tokio::test]
async fn after_a_hand_back_the_first_sentence_takes_up_what_the_person_said() {
    let jane = dialogue!("jane-collections");
    let mut history = vec![
        message(Role::User, "i am not happy about the fee"),
        message(Role::Human, "Sam: we will waive the late fee"),
        message(Role::System, "Sam has handed the call back to you. Begin with one short sentence."),
    ];
    let (text, _) = answer(&jane, history.clone()).await;
    assert!(text.starts_with("As Sam said, we will waive the late fee."), "{text}");
    history.push(message(Role::Assistant, &text));
    history.push(message(Role::User, "no thank you goodbye"));
    assert_eq!(answer(&jane, history).await.1.as_deref(), Some("end_call"), "the bridge is crossed once");
}

#[tokio::test]
async fn after_three_misses_a_colleague_is_promised() {
    let jane = dialogue!("jane-collections");
    let history = ["mumble", "grumble", "rumble"].map(|heard| message(Role::User, heard)).to_vec();
    let (text, tool) = answer(&jane, history).await;
    assert!(text.contains("colleague") && tool.as_deref() == Some("end_call"), "{text}");
}

#[tokio::test]
async fn a_whispered_sentence_is_said_first() {
    let jane = dialogue!("jane-collections");
    let history = vec![
        message(Role::User, "how much is it"),
        message(
            Role::System,
            "Sam whispers to you, unheard by the customer: say: You also have a credit of ten dollars.",
        ),
    ];
    let (text, _) = answer(&jane, history).await;
    assert!(text.starts_with("You also have a credit of ten dollars. Your payment is"), "{text}");
}
