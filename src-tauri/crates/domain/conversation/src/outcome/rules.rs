//! An outcome without a model.

use super::clauses::clauses;
use super::promise;
use super::{Circumstances, Field, Outcome, Said};
use crate::io::{ItemKey, Speaker};
use crate::settings::Settings;
use crate::text::contains_phrase;

const VOICEMAIL: &[&str] = &[
    "voicemail",
    "voice mail",
    "leave a message",
    "leave your message",
    "after the tone",
    "after the beep",
    "mailbox",
    "cannot take your call",
    "can not take your call",
    "cant take your call",
];
const PERSON: &[&str] = &[
    "a person",
    "a human",
    "real person",
    "an agent",
    "a representative",
    "representative",
    "someone else",
    "the manager",
    "a manager",
    "your manager",
    "supervisor",
    "an operator",
    "operator",
    "speak to somebody",
    "speak to someone",
    "talk to somebody",
    "talk to someone",
];
const CALLBACK: &[&str] = &[
    "call me back",
    "call back",
    "call me later",
    "call again later",
    "call me tomorrow",
    "call tomorrow",
    "another time",
    "call me again",
    "busy right now",
    "call me on",
    "call me next",
];
const PAID: &[&str] = &[
    "already paid",
    "have paid",
    "ive paid",
    "i paid",
    "payment was made",
    "made the payment",
    "is paid",
    "was paid",
];
const IDENTITY: &[&str] =
    &["am i speaking", "is this", "are you", "may i speak", "can i speak", "speaking with", "speaking to"];
const POSITIVE: &[&str] = &[
    "thank you",
    "thanks",
    "great",
    "good",
    "perfect",
    "happy",
    "wonderful",
    "excellent",
    "nice",
    "appreciate",
    "fine",
];
const NEGATIVE: &[&str] = &[
    "stop calling",
    "angry",
    "terrible",
    "bad",
    "annoying",
    "ridiculous",
    "never",
    "hate",
    "complaint",
    "complain",
    "unacceptable",
    "wrong",
    "useless",
    "leave me alone",
    "harassing",
    "upset",
    "remove me",
    "do not call",
    "fraud",
    "scam",
];

/// Derives what came of a finished conversation from its items and variables.
pub fn derive(said: &[Said], facts: &Circumstances) -> Outcome {
    let spoken: Vec<&Said> = said
        .iter()
        .filter(|item| item.speaker == Speaker::Customer && !item.text.trim().is_empty())
        .collect();
    let turns: Vec<&Said> = spoken.iter().filter(|item| !item.acknowledgement).copied().collect();
    let mut outcome = Outcome { sentiment: sentiment(&spoken).to_owned(), ..Outcome::default() };
    if facts.machine || saying(&turns, VOICEMAIL).next().is_some() {
        outcome.disposition = "voicemail".to_owned();
        outcome.summary = "A voicemail answered.".to_owned();
        outcome.sentiment = "neutral".to_owned();
        return outcome;
    }
    outcome.fields.extend(right_party(said));
    let mut dispositions = Vec::new();
    let opted_out: Vec<ItemKey> = opt_out_items(&turns).collect();
    if facts.opted_out || !opted_out.is_empty() {
        // The key or the model's tool leaves no words; what was said last led to it.
        let evidence = if opted_out.is_empty() {
            turns.last().map(|item| item.key).into_iter().collect()
        } else {
            opted_out
        };
        push(&mut outcome, "opt_out", "true".to_owned(), evidence);
        dispositions.push("opt_out");
    }
    if let Some(promise) = promise::promise(said, facts) {
        let (field, holds) = promise::field(&promise, facts);
        outcome.needs_review |= !holds;
        outcome.fields.push(field);
        dispositions.push("promise_to_pay");
    }
    let asserted = |phrases: &'static [&'static str]| asserting(&turns, phrases);
    if asserted(PAID).is_some() {
        dispositions.push("payment_confirmed");
    }
    if let Some(callback) = callback(&turns, facts) {
        outcome.fields.push(callback);
        dispositions.push("callback");
    }
    if facts.transferred || asserted(PERSON).is_some() {
        dispositions.push("transfer_requested");
    }
    dispositions.extend(plain(said, &turns, facts));
    outcome.disposition = dispositions.first().copied().unwrap_or("completed").to_owned();
    outcome.summary = summary(&outcome, &turns);
    outcome
}

/// What is left to say of a call without a result of its own.
fn plain(said: &[Said], turns: &[&Said], facts: &Circumstances) -> Option<&'static str> {
    if turns.is_empty() {
        return Some(if facts.ended_by_customer { "hung_up" } else { "no_speech" });
    }
    let last_of_ours = said.iter().rev().find(|item| item.speaker == Speaker::Assistant).map(|item| item.key);
    let answered = |item: &&&Said| {
        clauses(&item.text).iter().any(|clause| clause.asks)
            && last_of_ours.is_some_and(|ours| ours > item.key)
    };
    turns.iter().find(answered).map(|_| "question_answered")
}

fn push(outcome: &mut Outcome, name: &str, value: String, evidence: Vec<ItemKey>) {
    outcome.fields.push(Field { name: name.to_owned(), value, evidence });
}

fn saying<'a>(items: &'a [&Said], phrases: &'a [&str]) -> impl Iterator<Item = ItemKey> + 'a {
    let says = |item: &Said| phrases.iter().any(|phrase| contains_phrase(&item.text, phrase));
    items.iter().filter(move |item| says(item)).map(|item| item.key)
}

fn asserting(items: &[&Said], phrases: &[&str]) -> Option<ItemKey> {
    let asserts = |item: &Said| {
        clauses(&item.text).iter().any(|clause| {
            !clause.denies && phrases.iter().any(|phrase| contains_phrase(&clause.words, phrase))
        })
    };
    items.iter().find(|item| asserts(item)).map(|item| item.key)
}

fn opt_out_items<'a>(turns: &'a [&Said]) -> impl Iterator<Item = ItemKey> + 'a {
    let settings = Settings::default();
    turns
        .iter()
        .filter(move |item| {
            let says = |phrases: &[String]| phrases.iter().any(|phrase| contains_phrase(&item.text, phrase));
            says(&settings.opt_out_phrases) && !says(&settings.opt_out_exceptions)
        })
        .map(|item| item.key)
}

fn callback(turns: &[&Said], facts: &Circumstances) -> Option<Field> {
    let evidence = asserting(turns, CALLBACK);
    let when = facts.variables.get("callback_time").cloned().or_else(|| {
        let (year, month, day) = facts.today;
        let item = turns.iter().find(|item| Some(item.key) == evidence)?;
        super::find_date(&item.text, super::Date { year, month, day }).map(|date| date.to_string())
    });
    let evidence = evidence.or_else(|| when.as_ref().and(turns.last()).map(|item| item.key))?;
    let value = when.map_or(serde_json::Value::Null, serde_json::Value::String).to_string();
    Some(Field { name: "callback_time".to_owned(), value, evidence: vec![evidence] })
}

/// Whether the one who answered was the one who was called.
fn right_party(said: &[Said]) -> Option<Field> {
    let mut asked: Option<ItemKey> = None;
    for item in said {
        match item.speaker {
            Speaker::Assistant if item.text.contains('?') => {
                asked = IDENTITY.iter().any(|phrase| contains_phrase(&item.text, phrase)).then_some(item.key);
            }
            Speaker::Customer => {
                let says =
                    |phrases: &[&str]| phrases.iter().any(|phrase| contains_phrase(&item.text, phrase));
                let wrong = says(&[
                    "wrong number",
                    "wrong person",
                    "not here",
                    "no such person",
                    "does not live here",
                ]);
                let right = says(&[
                    "this is me",
                    "this is he",
                    "this is she",
                    "speaking",
                    "that is me",
                    "thats me",
                    "it is me",
                ]);
                let (yes, no) = (says(&["yes", "yeah", "yep", "correct"]), says(&["no", "not"]));
                let verdict = if wrong {
                    Some(false)
                } else if right || (asked.is_some() && yes && !no) {
                    Some(true)
                } else {
                    (asked.is_some() && no && !yes).then_some(false)
                };
                if let Some(verdict) = verdict {
                    let evidence = asked.into_iter().chain([item.key]).collect();
                    return Some(Field {
                        name: "right_party".to_owned(),
                        value: verdict.to_string(),
                        evidence,
                    });
                }
                asked = None;
            }
            _ => {}
        }
    }
    None
}

fn sentiment(spoken: &[&Said]) -> &'static str {
    let count = |phrases: &[&str]| -> usize {
        let in_item =
            |item: &&Said| phrases.iter().filter(|phrase| contains_phrase(&item.text, phrase)).count();
        spoken.iter().map(in_item).sum()
    };
    let (good, bad) = (count(POSITIVE), 2 * count(NEGATIVE));
    match good.cmp(&bad) {
        std::cmp::Ordering::Greater => "positive",
        std::cmp::Ordering::Equal => "neutral",
        std::cmp::Ordering::Less => "negative",
    }
}

fn summary(outcome: &Outcome, turns: &[&Said]) -> String {
    let first = match outcome.disposition.as_str() {
        "opt_out" => "The customer asked not to be called again.",
        "promise_to_pay" => "The customer promised to pay.",
        "payment_confirmed" => "The customer said that the payment was made.",
        "callback" => "The customer asked to be called back.",
        "transfer_requested" => "The customer asked for a person.",
        "question_answered" => "The customer had a question, and it was answered.",
        "no_speech" => "Nobody spoke.",
        "hung_up" => "The customer hung up without a word.",
        _ => "The conversation came to its end.",
    };
    let mut summary = first.to_owned();
    if let Some(value) =
        outcome.field("promise_to_pay").and_then(|f| serde_json::from_str::<serde_json::Value>(&f.value).ok())
    {
        if let Some(date) = value["date"].as_str() {
            summary += &format!(" Day: {date}.");
        }
        if let Some(amount) = value["amount"].as_f64() {
            summary += &format!(
                " Amount: {amount}{}.",
                value["currency"].as_str().map(|c| format!(" {c}")).unwrap_or_default()
            );
        }
    }
    if let Some(last) = turns.iter().rev().max_by_key(|item| item.text.len()) {
        summary += &format!(" In their words: \"{}\"", last.text);
    }
    if outcome.needs_review {
        summary += " A value needs a look.";
    }
    summary
}
