//! Hand-back, whispers and tools' answers.

use tandem_switchboard::ports::speech::{Message, Role};

use super::{answer, message, sandbox, user};

const INSTRUCTION: &str = "Sam gave the call back to you. Begin with a bridging sentence, then go on.";

fn handed_back(said: &str) -> Vec<Message> {
    vec![
        message(Role::Assistant, "This is Jane. On which day can you pay?"),
        user("i am not happy about the fee"),
        message(Role::Human, said),
        message(Role::System, INSTRUCTION),
    ]
}

#[tokio::test]
async fn the_first_sentence_takes_up_what_the_person_said() {
    let jane = sandbox("jane-collections");
    for (said, expected) in [
        (
            "Sam: we will waive the late fee",
            "As Sam said, we will waive the late fee. On which day can you pay?",
        ),
        ("Sam: Hello. I'll waive my fee.", "As Sam said, we will waive our fee. On which day can you pay?"),
        ("Sam: can you pay on friday", "As Sam asked, can you pay on friday?"),
        ("Sam: Rina has until June", "As Sam said, Rina has until June. On which day can you pay?"),
    ] {
        assert_eq!(answer(&jane, handed_back(said)).await.0, expected);
    }
    let mut goodbye = handed_back("Sam: we will waive the late fee");
    goodbye.insert(3, message(Role::Human, "Sam: okay thank you"));
    assert!(answer(&jane, goodbye).await.0.starts_with("As Sam said, we will waive the late fee."));
}

#[tokio::test]
async fn the_bridge_is_crossed_once() {
    let jane = sandbox("jane-collections");
    let mut history = handed_back("Sam: we will waive the late fee");
    history
        .push(message(Role::Assistant, "As Sam said, we will waive the late fee. On which day can you pay?"));
    history.push(user("on the fifth"));
    assert!(answer(&jane, history.clone()).await.0.contains("you will pay on the fifth"));
    // Said by the customer before we could cross it: that is what is answered.
    history.remove(4);
    assert!(answer(&jane, history).await.0.contains("you will pay on the fifth"));
}

#[tokio::test]
async fn without_a_persons_words_the_bridge_is_neutral() {
    let jane = sandbox("jane-collections");
    for (note, start) in [
        (
            "Sam Supervisor gave the call back. Begin with a bridging sentence.",
            "Thank you for talking with Sam Supervisor.",
        ),
        ("The call comes from Sue. Begin with one bridging sentence.", "Thank you for talking with Sue."),
        ("begin with a bridging sentence", "Thank you for your patience."),
        (
            "Sam has handed the call back to you. Begin with one short sentence.",
            "Thank you for talking with Sam.",
        ),
        (
            "Sam has handed the call back to you. You have just said: \"Thank you.\", then go on.",
            "Can you make",
        ),
    ] {
        let (text, _) = answer(&jane, vec![user("hello"), message(Role::System, note)]).await;
        assert!(text.starts_with(start) && text.ends_with("this month?"), "{note}: {text}");
    }
}

#[tokio::test]
async fn what_was_said_to_a_person_is_not_held_against_the_customer() {
    let jane = sandbox("jane-collections");
    let mut history: Vec<_> = ["mumble", "grumble", "rumble"].map(user).into();
    history.push(message(Role::Human, "Sam: that is fine"));
    history.push(message(Role::Assistant, "As Sam said, that is fine."));
    history.push(user("mumble"));
    assert_eq!(answer(&jane, history).await.1, None);
}

#[tokio::test]
async fn whispers_are_said_when_they_ask_for_it_and_only_once() {
    let jane = sandbox("jane-collections");
    let ask = |note: &str| vec![user("how much is it"), message(Role::System, note)];
    for note in [
        "[whisper from Sam] say: It is free.",
        "Sam whispers to you, unheard by the customer: Say: It is free.",
    ] {
        assert!(
            answer(&jane, ask(note)).await.0.starts_with("It is free. Your payment is two hundred"),
            "{note}"
        );
    }
    assert!(answer(&jane, ask("[whisper from Sam] be kinder")).await.0.starts_with("Your payment"));
    let offered = answer(&jane, ask("[whisper from Sam] offer to waive the fee")).await.0;
    assert!(offered.starts_with("We can waive the late fee for you. Your payment"), "{offered}");
    let mut later = ask("[whisper from Sam] say: It is free.");
    later.push(message(Role::Assistant, "It is free."));
    later.push(user("how much"));
    assert!(answer(&jane, later).await.0.starts_with("Your payment"));
    let unclear = vec![user("mumble"), message(Role::System, "[whisper from Sam] say: It is free.")];
    assert_eq!(answer(&jane, unclear).await.0, "It is free. Can you make the payment this month?");
}

#[tokio::test]
async fn a_tools_answer_is_said_in_a_short_sentence() {
    let maya = sandbox("receptionist");
    for (result, said) in [
        ("noted", "I have noted that. Is there anything else?"),
        ("your parcel is on its way", "Your parcel is on its way."),
        (r#"{"message": "It is ready."}"#, "It is ready."),
        (r#"{"order_state": "sent", "paid": true}"#, "The order state is sent and the paid is yes."),
        ("failed: no answer in time", "I am sorry, that did not work. How can I help you?"),
        ("no answer yet", "One moment, please."),
    ] {
        let history =
            vec![user("where is my parcel"), message(Role::Assistant, ""), message(Role::Tool, result)];
        assert_eq!(answer(&maya, history).await.0, said);
    }
}
