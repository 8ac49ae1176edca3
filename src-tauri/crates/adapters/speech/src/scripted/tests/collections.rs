//! The two dialogues about payments, with their customers' lines as a recogniser writes them.

use super::{answer, plays, sandbox, user};

const FIRST: &str = "Hello Rina, this is Jane from Juniper Bank. I am calling about your payment of two hundred \
    dollars. Can you make the payment this month?";
const EMI_FIRST: &str =
    "Hello Rahul, this is Juniper Bank. Your payment of 7500 is due. Will you pay in time?";
const JANE: &str = "jane-collections";

#[tokio::test]
async fn janes_customers_come_to_their_ends() {
    let noted = "I have noted that you will pay";
    plays(
        JANE,
        FIRST,
        &[
            ("yes i can pay on the fifth", "you will pay on the fifth. Is there", ""),
            ("thank you goodbye", "Goodbye.", "end_call"),
        ],
    )
    .await;
    plays(
        JANE,
        FIRST,
        &[
            ("wait how much do i have to pay", "Your payment is two hundred dollars. When", ""),
            ("okay i can pay on the tenth", "you will pay on the tenth", ""),
            ("thank you good bye", "Goodbye.", "end_call"),
        ],
    )
    .await;
    plays(
        JANE,
        FIRST,
        &[
            ("i want to speak to a person please", "", "transfer"),
            ("no thank you goodbye", "Goodbye.", "end_call"),
        ],
    )
    .await;
    plays(JANE, FIRST, &[("stop calling me", "", "opt_out")]).await;
    plays(
        JANE,
        FIRST,
        &[
            ("um hum", "", ""),
            ("yes i can pay tomorrow", "you will pay tomorrow", ""),
            ("thank you goodbye", "", "end_call"),
        ],
    )
    .await;
    plays(
        JANE,
        FIRST,
        &[("yes", "On which day", ""), ("on the fifth", noted, ""), ("no", "Goodbye", "end_call")],
    )
    .await;
    plays(
        JANE,
        FIRST,
        &[("hello you have reached the voicemail of daniel", "this is Jane from", "end_call")],
    )
    .await;
    plays(JANE, FIRST, &[("please leave a message after the tone", "call us back", "end_call")]).await;
}

#[tokio::test]
async fn jane_answers_the_crowd() {
    for (heard, part, tool) in [
        ("yes this is me", "Can you make the payment this month?", ""),
        ("okay what is it about", "about your payment", ""),
        ("how much do i have to pay", "two hundred dollars", ""),
        ("i can pay next week", "pay next week", ""),
        ("can you say that again please", "Can you make the payment this month?", ""),
        ("when is it due", "end of this month", ""),
        ("hello i have a question about my balance", "Your payment is", ""),
        ("hello", "Can you make the payment this month?", ""),
        ("yes that is fine", "On which day", ""),
        ("i am not sure", "all right", ""),
        ("who is this", "Jane from Juniper Bank", ""),
        ("you have the wrong number", "sorry", "end_call"),
        ("i can not pay now", "two parts", ""),
        ("i can't pay today but i can pay on friday", "pay on friday", ""),
        ("can i pay on the tenth", "Shall I note", ""),
        ("i already paid", "checked", ""),
        ("no", "colleague call you back", ""),
        ("call me back tomorrow", "call you back tomorrow", "schedule_callback"),
        ("where is your office", "Garden Street", ""),
        ("i will pay fifty dollars on the fifth goodbye", "pay on the fifth. Goodbye", "end_call"),
        ("let me talk to your manger", "", "transfer"),
        ("[pressed 1]", "you agree", ""),
        ("goodbye", "Goodbye", "end_call"),
    ] {
        plays(JANE, FIRST, &[(heard, part, tool)]).await;
    }
}

#[tokio::test]
async fn jane_follows_the_thread() {
    plays(
        JANE,
        FIRST,
        &[
            ("i lost my job", "two parts. When could you pay the first part?", ""),
            ("what are your opening hours", "nine to five. When could you pay the first part?", ""),
            ("next week", "the first part next week", ""),
            ("yes", "What else", ""),
            ("how much is it", "two hundred", ""),
            ("i will pay on the fifth", "the fifth", ""),
            ("no that is all", "Goodbye", "end_call"),
        ],
    )
    .await;
    plays(
        JANE,
        FIRST,
        &[
            ("can i pay on the tenth", "Shall I note", ""),
            ("yes please", "pay on the tenth", ""),
            ("okay", "Goodbye", "end_call"),
        ],
    )
    .await;
    plays(
        JANE,
        FIRST,
        &[
            ("no", "call you back about it?", ""),
            ("yes", "will call you back", "schedule_callback"),
            ("thank you", "Goodbye", "end_call"),
        ],
    )
    .await;
    plays(JANE, FIRST, &[("no", "call you back about it?", ""), ("no", "Goodbye", "end_call")]).await;
    plays(
        JANE,
        FIRST,
        &[
            ("i will pay", "On which day", ""),
            ("pardon", "On which day can you pay?", ""),
            ("fifth", "on the fifth", ""),
        ],
    )
    .await;
    plays(
        JANE,
        FIRST,
        &[("i will pay on the fifth", "", ""), ("call me later", "call you back later", "schedule_callback")],
    )
    .await;
}

#[tokio::test]
async fn a_callback_carries_the_customers_own_time() {
    let (_, tool) = answer(&sandbox(JANE), vec![user("call me back on monday")]).await;
    assert_eq!(tool, Some(("schedule_callback".into(), serde_json::json!({ "when": "on monday" }))));
    let (text, tool) = answer(&sandbox(JANE), vec![user("give me a real person")]).await;
    assert_eq!((text.as_str(), tool), ("", Some(("transfer".into(), serde_json::json!({ "to": "anyone" })))));
}

#[tokio::test]
async fn the_reminder_has_its_day_confirmed() {
    let emi = "emi-reminder";
    plays(
        emi,
        EMI_FIRST,
        &[
            ("yes i will pay on june twentieth", "pay on june twentieth. Is that right?", ""),
            ("yes that is right goodbye", "Goodbye", "end_call"),
        ],
    )
    .await;
    plays(
        emi,
        EMI_FIRST,
        &[
            ("on the fifth", "Is that right?", ""),
            ("no", "On which day", ""),
            ("on the sixth", "the sixth", ""),
            ("yes that is correct", "Goodbye", "end_call"),
        ],
    )
    .await;
    plays(emi, EMI_FIRST, &[("when is it due", "June twentieth", ""), ("tomorrow", "pay tomorrow", "")])
        .await;
    plays(emi, EMI_FIRST, &[("yes", "On which day", ""), ("stop calling me", "", "opt_out")]).await;
    plays(emi, EMI_FIRST, &[("thank you goodbye", "Goodbye", "end_call")]).await;
    plays(emi, EMI_FIRST, &[("the voicemail please leave a message", "Juniper Bank", "end_call")]).await;
}
