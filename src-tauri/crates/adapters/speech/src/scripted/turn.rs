//! One turn of a scripted dialogue, worked out from the whole context: the model has no memory of its own.

use std::collections::BTreeMap;

use tandem_switchboard::ports::speech::{Message, ModelRequest, Role};

use super::dialogue::{Dialogue, Step};

/// Not understood this many times running: give up politely.
const PATIENCE: usize = 3;

/// What is said and done in answer to this context.
pub(super) fn answer(dialogue: &Dialogue, request: &ModelRequest) -> Step {
    let messages = &request.messages;
    let heard = messages.iter().rposition(|message| message.role == Role::User);
    let after = |at: Option<usize>| at.map_or(0, |at| at + 1);
    let fresh = &messages[after(heard)..];
    let mut step = if let Some(result) = fresh.iter().rev().find(|message| message.role == Role::Tool) {
        Step { reply: result.content.clone(), ..Step::default() }
    } else if let Some(bridge) = bridge(messages, after(heard)) {
        Step { reply: bridge, ..Step::default() }
    } else {
        heard.map_or_else(|| fallback(dialogue, 0), |at| turn(dialogue, messages, at))
    };
    for whisper in whispers(messages) {
        step.reply = format!("{whisper} {}", step.reply).trim().to_owned();
    }
    let said = heard.map(|at| messages[at].content.as_str()).unwrap_or_default();
    step.reply = fill(&step.reply, said, &request.variables);
    step
}

fn turn(dialogue: &Dialogue, messages: &[Message], at: usize) -> Step {
    if let Some(step) = dialogue.meant(&messages[at].content) {
        return step;
    }
    let missed = messages[..=at]
        .iter()
        .rev()
        .filter(|message| message.role == Role::User)
        .take_while(|message| dialogue.meant(&message.content).is_none())
        .count();
    match &dialogue.give_up {
        Some(step) if missed >= PATIENCE => step.clone(),
        _ => fallback(dialogue, missed.saturating_sub(1)),
    }
}

fn fallback(dialogue: &Dialogue, turn: usize) -> Step {
    let line = dialogue.fallback.get(turn % dialogue.fallback.len().max(1));
    Step { reply: line.cloned().unwrap_or_else(|| "How can I help you?".into()), ..Step::default() }
}

/// How the conversation tells a model that a person gave the call back.
const HANDED_BACK: &str = "has handed the call back to you";
/// How it passes on what a supervisor whispers; the words follow a colon.
const WHISPERS: &str = "whispers to you";
/// How the bridge begins where nobody said anything that could be taken up.
const PATIENT: &str = "Thank you for your patience.";

/// After a person gave the call back: take up what they said last, then go on.
fn bridge(messages: &[Message], from: usize) -> Option<String> {
    let told = |message: &Message| message.role == Role::System && message.content.contains(HANDED_BACK);
    let asked = messages.iter().rposition(told)?;
    let crossed = |message: &Message| {
        message.role == Role::Assistant
            && (message.content.contains(" said, ") || message.content.contains(PATIENT))
    };
    // Once it was said, or the customer has gone on, the bridge has been crossed.
    if asked < from || messages[asked..].iter().any(crossed) {
        return None;
    }
    let person = messages[..asked].iter().rev().find(|message| message.role == Role::Human);
    Some(
        match person
            .map(|message| message.content.split_once(": ").unwrap_or(("my colleague", &message.content)))
        {
            Some((name, said)) => {
                let said = said.trim().trim_end_matches(['.', '!']);
                format!("As {name} said, {said}. Is there anything else I can do for you?")
            }
            None => format!("{PATIENT} Is there anything else I can do for you?"),
        },
    )
}

/// What supervisors told us to say since we last spoke (`say: …`); other whispers are for models that can think.
fn whispers(messages: &[Message]) -> Vec<String> {
    let spoken = messages.iter().rposition(|message| message.role == Role::Assistant).map_or(0, |at| at + 1);
    let whisper = |message: &Message| {
        let (_, text) = message.content.split_once(WHISPERS)?.1.split_once(": ")?;
        text.trim().strip_prefix("say:").map(|text| text.trim().to_owned())
    };
    messages[spoken..].iter().filter(|message| message.role == Role::System).filter_map(whisper).collect()
}

/// Puts in the day that the customer named, and the variables of the call.
fn fill(text: &str, heard: &str, variables: &BTreeMap<String, String>) -> String {
    let mut filled = text.replace("{date}", &day(heard).unwrap_or_else(|| "as agreed".into()));
    for (name, value) in variables {
        filled = filled.replace(&format!("{{{name}}}"), value);
    }
    filled
}

/// The customer's own words for a day: `on the fifth`, `on june twentieth`, `next week`.
fn day(heard: &str) -> Option<String> {
    let heard = heard.to_lowercase();
    for lead in ["on the ", "on ", "by the ", "until "] {
        if let Some((_, rest)) = heard.rsplit_once(lead) {
            let named: Vec<&str> = rest.split_whitespace().take(3).collect();
            return Some(format!("{lead}{}", named.join(" ")));
        }
    }
    ["today", "tomorrow", "this week", "next week", "this month", "next month"]
        .into_iter()
        .find(|word| heard.contains(word))
        .map(str::to_owned)
}
