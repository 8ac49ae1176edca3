//! States, rotation, streaming and faults, on small dialogues.

use tandem_switchboard::ports::speech::{ModelEvent, Role};

use super::{Scripted, answer, message, stream, user};

const DIALOGUE: &str = r#"
greeting = "Hello {customer_name}."
question = "Tea or coffee?"
fallback = ["Pardon? {question}", "I did not hear."]
give_up = { reply = "Goodbye.", tool = "end_call" }
[[intent]]
name = "again"
any = ["again"]
reply = "{question}"
aside = true
[[intent]]
name = "tea"
any = ["tea"]
not = ["no tea", "bring"]
replies = ["Green or black?", "Still tea?"]
[[intent]]
name = "once"
any = ["joke"]
once = true
reply = "Knock."
[[intent]]
name = "black"
any = ["black | dark"]
after = ["tea"]
reply = "Black tea. It is due {due_date}."
[[intent]]
name = "when"
all = ["bring", "it | tea"]
slots = ["date"]
reply = "I bring it {date}."
tool = "schedule_callback"
arguments = { when = "{date}", how = ["{colour|plain}"] }
[[intent]]
name = "dark"
any = ["dark"]
reply = "It is night."
"#;

fn dialogue() -> Scripted {
    Scripted::new(DIALOGUE).expect("a dialogue")
}

async fn said(heard: &[&str]) -> String {
    answer(&dialogue(), heard.iter().map(|heard| user(heard)).collect()).await.0
}

#[tokio::test]
async fn an_intent_is_met_by_words_state_and_number_of_times() {
    assert_eq!(said(&["dark"]).await, "It is night.", "`black` waits for tea");
    assert_eq!(said(&["tea", "dark"]).await, "Black tea. It is due June twentieth.");
    assert_eq!(said(&["tea", "again", "dark"]).await, "Black tea. It is due June twentieth.", "an aside");
    assert_eq!(said(&["tea", "mumble", "dark"]).await, "Black tea. It is due June twentieth.", "a miss");
    assert_eq!(said(&["tea", "tea"]).await, "Still tea?");
    assert_eq!(said(&["joke"]).await, "Knock.");
    assert!(said(&["joke", "joke"]).await.starts_with("Pardon?"));
    assert!(said(&["no tea"]).await.starts_with("Pardon?"));
}

#[tokio::test]
async fn misses_rotate_until_the_last_resort() {
    assert_eq!(said(&["x"]).await, "Pardon? Tea or coffee?");
    assert_eq!(said(&["x", "y"]).await, "I did not hear.");
    let history: Vec<_> = ["x", "y", "z"].map(user).into();
    let (text, tool) = answer(&dialogue(), history).await;
    assert_eq!((text.as_str(), tool.map(|tool| tool.0).as_deref()), ("Goodbye.", Some("end_call")));
    assert_eq!(said(&["x", "y", "tea", "z"]).await, "Pardon? Tea or coffee?", "only in a row");
}

#[tokio::test]
async fn the_open_question_is_the_one_that_was_asked_last_and_heard() {
    let history = vec![
        message(Role::Assistant, "Hot or cold? Please say."),
        message(Role::Assistant, "With mil"),
        message(Role::Assistant, "Are you still there?"),
        user("again please"),
    ];
    assert_eq!(answer(&dialogue(), history.clone()).await.0, "Hot or cold?");
    let mut human = history;
    human.insert(3, message(Role::Human, "Sam: Is it sweet?"));
    assert_eq!(answer(&dialogue(), human).await.0, "Is it sweet?", "a person's question is ours");
}

#[tokio::test]
async fn a_reply_streams_as_pieces_a_call_and_an_end_and_is_always_the_same() {
    let history = vec![user("bring tea on the fifth")];
    let events = stream(&dialogue(), history.clone()).await;
    assert_eq!(events, stream(&dialogue(), history).await);
    let [
        ModelEvent::Text(first),
        ModelEvent::Text(second),
        ModelEvent::ToolCall(call),
        ModelEvent::Finished { .. },
    ] = events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!((first.as_str(), second.as_str()), ("I bring it ", "on the fifth."));
    assert_eq!(call.arguments, serde_json::json!({ "when": "on the fifth", "how": ["plain"] }));
}

#[tokio::test]
async fn before_anybody_spoke_there_is_a_greeting() {
    assert_eq!(answer(&dialogue(), vec![message(Role::System, "prompt")]).await.0, "Hello Rina.");
    let bare = Scripted::new("").expect("an empty dialogue");
    assert_eq!(answer(&bare, Vec::new()).await.0, "How can I help you?");
    assert_eq!(answer(&bare, vec![user("hello")]).await.0, "How can I help you?");
}

#[test]
fn faults_name_the_field_and_what_was_expected() {
    for (text, parts) in [
        ("[[intent]]\nany = ['a']\nanswer = 'b'", &["answer", "line"][..]),
        ("[[intent]]\nslots = ['colour']\nreply = 'b'", &["colour", "`date`"]),
        ("[[intent]]\nreply = 'b'", &["intent[0].any", "expected"]),
        ("[[intent]]\nname = 'x'\nany = ['a']", &["intent[0] (x).reply", "a tool"]),
        ("[[intent]]\nany = ['a|']\nreply = 'b'", &["intent[0].any", "one word"]),
        ("[[intent]]\nany = ['a']\nreply = 'b'\nafter = ['c']", &["after", "`c`", "`start`"]),
        ("[[intent]]\nany = ['a']\nreply = 'b'\nreplies = ['c']", &["replies", "both"]),
        ("[[intent]]\nany = ['a']\nreply = 'to {name'", &["reply", "braces"]),
        ("[[intent]]\nany = ['a']\ntool = 'transfer'", &["arguments", "`to`"]),
        ("[give_up]\ntool = 'schedule_callback'", &["give_up.arguments", "`when`"]),
        ("fallback = ['a', 'b}']", &["fallback[1]", "braces"]),
        (
            "[[intent]]\nname='x'\nany=['a']\nreply='b'\n[[intent]]\nname='x'\nany=['a']\nreply='b'",
            &["intent[1] (x).name"],
        ),
    ] {
        let error = Scripted::new(text).expect_err(text).to_string();
        assert!(parts.iter().all(|part| error.contains(part)), "{text}: {error}");
    }
}
