//! Promises to pay: said by the customer, or agreed to.

use super::clauses::{Clause, clauses};
use super::dates::{Date, find_date};
use super::money::{Money, digits, find_money};
use super::{Circumstances, Field, Said};
use crate::io::{ItemKey, Speaker};
use crate::text::{contains_phrase, normalise, sentences};

const PAYING: &[&str] =
    &["pay", "paying", "payment", "settle", "transfer it", "transfer the money", "send the money", "send it"];
/// Words that promise even where no day is named.
const STRONG: &[&str] = &["will", "ill", "promise", "going to", "gonna"];
const WEAK: &[&str] = &[
    "can",
    "could",
    "shall",
    "am",
    "im",
    "let me",
    "want to",
    "would like to",
    "intend to",
    "plan to",
    "able to",
];
const ASKING_WHEN: &[&str] =
    &["when", "what day", "which day", "what date", "which date", "how soon", "day", "date"];
const AGREEING: &[&str] = &[
    "yes",
    "yeah",
    "yep",
    "sure",
    "okay",
    "ok",
    "correct",
    "right",
    "that is right",
    "thats right",
    "of course",
    "i can",
    "i will",
    "i do",
    "fine",
    "that is fine",
    "thats fine",
    "that works",
    "agreed",
    "absolutely",
    "definitely",
    "please",
    "no problem",
    "alright",
    "all right",
    "confirmed",
    "i confirm",
    "goodbye",
    "thank you",
    "thanks",
];

/// What was promised so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Promise {
    pub money: Option<Money>,
    pub date: Option<Date>,
    pub evidence: Vec<ItemKey>,
}

/// The promise that stands at the end of the conversation; a later refusal takes it back.
pub(crate) fn promise(said: &[Said], facts: &Circumstances) -> Option<Promise> {
    let (year, month, day) = facts.today;
    let today = Date { year, month, day };
    let mut standing: Option<Promise> = None;
    let mut ours: Option<&Said> = None;
    for item in said {
        match item.speaker {
            Speaker::Assistant | Speaker::Person => ours = Some(item),
            Speaker::Customer if !item.acknowledgement => {
                if refuses(item) {
                    standing = None;
                }
                if let Some(found) = in_item(item, ours, facts, today) {
                    standing = Some(merge(standing.take(), found));
                }
            }
            Speaker::Customer | Speaker::System => {}
        }
    }
    standing
}

/// The field, and whether it holds against day and balance.
pub(crate) fn field(promise: &Promise, facts: &Circumstances) -> (Field, bool) {
    let mut value = serde_json::Map::new();
    if let Some(money) = &promise.money {
        let amount = serde_json::Number::from_f64(money.hundredths as f64 / 100.0);
        value.extend(amount.map(|amount| ("amount".to_owned(), serde_json::Value::Number(amount))));
        if let Some(currency) =
            money.currency.map(str::to_owned).or_else(|| facts.variables.get("currency").cloned())
        {
            value.insert("currency".to_owned(), currency.into());
        }
    }
    if let Some(date) = promise.date {
        value.insert("date".to_owned(), date.to_string().into());
    }
    let holds = promise.date.is_some_and(|date| is_not_past(date, facts))
        && promise.money.as_ref().is_none_or(|money| is_within_balance(money.hundredths, facts));
    let value = serde_json::Value::Object(value).to_string();
    (Field { name: "promise_to_pay".to_owned(), value, evidence: promise.evidence.clone() }, holds)
}

pub(crate) fn is_not_past(date: Date, facts: &Circumstances) -> bool {
    (date.year, date.month, date.day) >= facts.today
}

/// An unknown balance bounds nothing.
pub(crate) fn is_within_balance(hundredths: u64, facts: &Circumstances) -> bool {
    balance(facts).is_none_or(|balance| hundredths <= balance)
}

fn balance(facts: &Circumstances) -> Option<u64> {
    let text = ["balance", "amount_due", "amount", "outstanding"]
        .iter()
        .find_map(|name| facts.variables.get(*name))?;
    digits(text).or_else(|| find_money(text).map(|money| money.hundredths))
}

fn in_item(item: &Said, ours: Option<&Said>, facts: &Circumstances, today: Date) -> Option<Promise> {
    let asked = ours.map(|ours| (ours, last_question(&ours.text)));
    let pay_asked = asked.as_ref().filter(|(_, question)| has(question, PAYING));
    for clause in
        clauses(&item.text).iter().filter(|clause| !clause.asks && !clause.denies && !clause.wonders)
    {
        let date = find_date(&clause.words, today);
        let money = find_money(&clause.sentence).or_else(|| whole_balance(clause, facts));
        let named = date.is_some() || money.is_some();
        let own =
            has(&clause.words, PAYING) && (has(&clause.words, STRONG) || (named && has(&clause.words, WEAK)));
        if own {
            return Some(Promise { money, date, evidence: vec![item.key] });
        }
        let Some((ours, question)) = pay_asked else { continue };
        if named
            && (has(question, ASKING_WHEN) || agrees_only(&before_date(clause)) || question.ends_with('?'))
        {
            return Some(Promise { money, date, evidence: vec![ours.key, item.key] });
        }
        let offered = (find_money(question), find_date(question, today));
        if agrees_only(&clause.words) && is_agreement(&clause.words) && offered.1.is_some() {
            return Some(Promise { money: offered.0, date: offered.1, evidence: vec![ours.key, item.key] });
        }
    }
    None
}

/// "I can't pay", "I won't pay": whatever was promised before is not any more.
fn refuses(item: &Said) -> bool {
    clauses(&item.text).iter().any(|clause| clause.denies && !clause.asks && has(&clause.words, PAYING))
}

fn merge(earlier: Option<Promise>, later: Promise) -> Promise {
    let Some(earlier) = earlier else { return later };
    let mut evidence = earlier.evidence;
    evidence.extend(later.evidence.iter().filter(|key| !evidence.contains(key)).copied().collect::<Vec<_>>());
    Promise { money: later.money.or(earlier.money), date: later.date.or(earlier.date), evidence }
}

fn whole_balance(clause: &Clause, facts: &Circumstances) -> Option<Money> {
    let whole = ["full amount", "in full", "everything", "all of it", "whole amount", "the full"];
    has(&clause.words, &whole)
        .then(|| balance(facts))
        .flatten()
        .map(|hundredths| Money { hundredths, currency: None })
}

/// What of a clause stands before its day ("yes" of "yes on the fifth").
fn before_date(clause: &Clause) -> String {
    let words: Vec<&str> = clause.words.split(' ').collect();
    let end = words
        .iter()
        .position(|word| matches!(*word, "on" | "the" | "by" | "in" | "next" | "tomorrow" | "today"));
    words[..end.unwrap_or(words.len())].join(" ")
}

fn agrees_only(words: &str) -> bool {
    let mut rest = format!(" {} ", normalise(words));
    let mut phrases = AGREEING.to_vec();
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
    for phrase in phrases {
        while let Some(at) = rest.find(&format!(" {phrase} ")) {
            rest.replace_range(at..at + phrase.len() + 1, "");
        }
    }
    rest.trim().is_empty()
}

fn is_agreement(words: &str) -> bool {
    !words.is_empty() && !["goodbye", "thank you", "thanks"].contains(&words)
}

fn last_question(text: &str) -> String {
    sentences(text).into_iter().rev().find(|sentence| sentence.ends_with('?')).unwrap_or_default()
}

fn has(words: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| contains_phrase(words, phrase))
}
