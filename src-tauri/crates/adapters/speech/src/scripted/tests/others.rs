//! The dialogues that inform, ask and receive.

use super::plays;

const HOW: &str = "Hello, this is Akylai. How can I help you today?";
const ALTAI: &str = "Hello, this is Altai. Do you have a minute for a question?";
const MAYA: &str =
    "Welcome to Juniper Bank, this is Maya. Press one for your balance, or tell me how I can help.";

#[tokio::test]
async fn aigul_has_both_questions_answered_by_everybody() {
    for name in ["akylai", "altai", "receptionist"] {
        plays(
            name,
            HOW,
            &[
                ("what are your opening hours", "nine to five", ""),
                ("where is your office", "Garden Street", ""),
                ("thank you goodbye", "Goodbye", "end_call"),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn the_usual_is_understood_everywhere() {
    for (name, first) in [("akylai", HOW), ("altai", ALTAI), ("receptionist", MAYA)] {
        for (heard, part, tool) in [
            ("hello i have a question about my balance", "balance is two hundred dollars", ""),
            ("what is your phone number", "the number that you see", ""),
            ("[pressed 1]", "Your balance is", ""),
            ("i want to speak to a person please", "", "transfer"),
            ("stop calling me", "", "opt_out"),
            ("leave a message after the beep", "Juniper Bank", "end_call"),
            ("who is this", "This is", ""),
            ("goodbye", "Goodbye", "end_call"),
            ("wrong number", "sorry", "end_call"),
            ("no", "Goodbye", "end_call"),
            ("mumble", "", ""),
        ] {
            plays(name, first, &[(heard, part, tool)]).await;
        }
        plays(name, first, &[("x", "", ""), ("y", "", ""), ("z", "colleague", "end_call")]).await;
        plays(name, first, &[("where is your office", "", ""), ("thank you", "Goodbye", "end_call")]).await;
    }
}

#[tokio::test]
async fn altai_asks_a_number_and_a_reason() {
    plays(
        "altai",
        ALTAI,
        &[
            ("yes", "from one to ten?", ""),
            ("it is good i think", "Which number", ""),
            ("maybe eight", "Thank you for the eight. What could we do better?", ""),
            ("the queue is long", "noted that. Is there", ""),
            ("no thank you", "Goodbye", "end_call"),
        ],
    )
    .await;
    plays(
        "altai",
        ALTAI,
        &[
            ("yes sure", "from one to ten", ""),
            ("can you repeat that", "from one to ten?", ""),
            ("nine", "the nine", ""),
        ],
    )
    .await;
}
