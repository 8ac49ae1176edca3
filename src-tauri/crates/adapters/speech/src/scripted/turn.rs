//! One turn of a scripted dialogue, worked out from the whole context: the model has no memory of its own.

use serde_json::Value;
use tandem_switchboard::ports::speech::{Message, ModelRequest, Role};

use super::dialogue::{Dialogue, Step};
use super::fill::{fill, spoken};
use super::history::{Standing, last_question};
use super::people::{bridge, to_say, whispers};
use super::words::words;

/// Not understood this many times running: the last resort.
const PATIENCE: usize = 3;

/// What is said and done in answer to this context.
pub(super) fn answer(dialogue: &Dialogue, request: &ModelRequest) -> Step {
    let messages = &request.messages;
    let standing = Standing::after(dialogue, messages);
    let whispered = whispered(dialogue, messages);
    let mut step = if let Some(result) = tool_result(messages) {
        Step { reply: result, ..Step::default() }
    } else if let Some(bridge) = bridge(messages) {
        // A person's question waits for its own answer.
        let question = if bridge.asks { "" } else { "{our_question}" };
        Step { reply: format!("{} {question}", bridge.sentence), ..Step::default() }
    } else if messages.iter().any(|message| message.role == Role::User) {
        said(dialogue, &standing, !whispered.is_empty())
    } else if dialogue.greeting.is_empty() {
        fallback(dialogue, 1)
    } else {
        Step { reply: dialogue.greeting.clone(), ..Step::default() }
    };
    let mut lines = whispered;
    lines.push(step.reply);
    step.reply = lines.join(" ");
    let known = |name: &str| match name {
        "question" => Some(
            last_question(messages, &[Role::Assistant, Role::Human])
                .unwrap_or_else(|| dialogue.question.clone()),
        ),
        "our_question" => {
            Some(last_question(messages, &[Role::Assistant]).unwrap_or_else(|| dialogue.question.clone()))
        }
        _ => {
            let slot = standing.named.get(name).cloned();
            slot.or_else(|| request.variables.get(name).map(|value| spoken(value, &request.today)))
        }
    };
    // Twice, since the dialogue's own question has places, too.
    step.reply = fill(&fill(&step.reply, &known), &known);
    if let Some(arguments) = &mut step.arguments {
        fill_in(arguments, &known);
    }
    step
}

/// The answer to what the customer said last.
fn said(dialogue: &Dialogue, standing: &Standing, whispered: bool) -> Step {
    match (standing.met, &dialogue.give_up) {
        (Some(index), _) => dialogue.intent[index].step(standing.times),
        // The whispered words are an answer; the open question follows them.
        (None, _) if whispered => Step { reply: "{question}".to_owned(), ..Step::default() },
        (None, Some(step)) if standing.missed >= PATIENCE => step.clone(),
        (None, _) => fallback(dialogue, standing.missed),
    }
}

fn fallback(dialogue: &Dialogue, missed: usize) -> Step {
    let line = dialogue.fallback.get(missed.saturating_sub(1) % dialogue.fallback.len().max(1));
    Step { reply: line.cloned().unwrap_or_else(|| "{question}".to_owned()), ..Step::default() }
}

/// What whispers make us say: the words after `say:`, or the reply of an intent that waits for one.
fn whispered(dialogue: &Dialogue, messages: &[Message]) -> Vec<String> {
    let line = |whisper: &str| match to_say(whisper) {
        Some(text) => Some(text.to_owned()),
        None => {
            let heard = words(whisper);
            let meant = |phrases: &[super::words::Phrase]| phrases.iter().any(|phrase| phrase.is_in(&heard));
            dialogue.intent.iter().find(|intent| meant(&intent.whisper)).map(|intent| intent.step(0).reply)
        }
    };
    whispers(messages).into_iter().filter_map(line).filter(|line| !line.is_empty()).collect()
}

/// A tool's answer that came since anybody spoke, as a sentence.
fn tool_result(messages: &[Message]) -> Option<String> {
    let speech = |message: &&Message| {
        matches!(message.role, Role::User | Role::Assistant | Role::Human)
            && !message.content.trim().is_empty()
    };
    let fresh = messages.iter().rev().take_while(|message| !speech(message));
    let result = fresh.filter(|message| message.role == Role::Tool).last()?.content.trim();
    Some(match result {
        "" | "no answer yet" => "One moment, please.".to_owned(),
        "noted" | "sent" | "ok" | "done" => "I have noted that. Is there anything else?".to_owned(),
        failed if failed.starts_with("failed") || failed.starts_with("not done") => {
            "I am sorry, that did not work. {our_question}".to_owned()
        }
        text => sentence(&serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))),
    })
}

fn sentence(result: &Value) -> String {
    let text = match result {
        Value::Object(fields) => {
            match ["say", "message", "result", "text"].iter().find_map(|name| fields.get(*name)) {
                Some(value) => return sentence(value),
                None => {
                    let parts = fields
                        .iter()
                        .map(|(name, value)| format!("the {} is {}", name.replace('_', " "), plain(value)));
                    parts.collect::<Vec<_>>().join(" and ")
                }
            }
        }
        other => plain(other),
    };
    // Braces of a result are no places of ours.
    let text = text.replace(['{', '}'], " ");
    let mut letters = text.trim().chars();
    let text: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if text.ends_with(['.', '?', '!']) { text } else { format!("{text}.") }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => "not known".to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn fill_in(arguments: &mut Value, known: &dyn Fn(&str) -> Option<String>) {
    match arguments {
        Value::String(text) => *text = fill(text, known),
        Value::Array(items) => items.iter_mut().for_each(|item| fill_in(item, known)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill_in(field, known)),
        _ => {}
    }
}
