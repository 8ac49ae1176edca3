//! The check of an outcome that a model proposes.

use super::dates::Date;
use super::promise::{is_not_past, is_within_balance};
use super::{Circumstances, Field, Outcome, Said};

/// What is wrong with a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// To be sent to the model once, word for word.
    pub hint: String,
    /// What to keep if it does no better: only fields with evidence, marked for review.
    pub fallback: Outcome,
}

/// Checks a proposed outcome against the transcript and what is known.
///
/// # Errors
/// [`Repair`] when a field has no evidence or one that does not exist, is not JSON, or does not hold against day and
/// balance; when the sentiment is not one of three; or when an opt-out was left out.
pub fn check(proposed: Outcome, said: &[Said], facts: &Circumstances) -> Result<Outcome, Box<Repair>> {
    let mut faults = Vec::new();
    let mut fallback = Outcome { fields: Vec::new(), needs_review: true, ..proposed.clone() };
    for field in &proposed.fields {
        if field.evidence.is_empty() {
            faults.push(format!("{}: name the transcript items that show it", field.name));
        } else if let Some(missing) =
            field.evidence.iter().find(|key| !said.iter().any(|item| item.key == **key))
        {
            faults.push(format!("{}: there is no transcript item {}", field.name, missing.0));
        } else {
            let fault = value_fault(field, facts);
            if !fault.as_deref().is_some_and(|fault| fault.ends_with(NOT_JSON)) {
                fallback.fields.push(field.clone());
            }
            faults.extend(fault);
        }
    }
    if proposed.disposition.trim().is_empty() {
        faults.push("disposition: it is empty".to_owned());
        fallback.disposition = "completed".to_owned();
    }
    if !matches!(proposed.sentiment.as_str(), "positive" | "neutral" | "negative") {
        faults.push("sentiment: it must be positive, neutral or negative".to_owned());
        fallback.sentiment = "neutral".to_owned();
    }
    if facts.opted_out && proposed.disposition != "opt_out" {
        faults.push("disposition: the customer opted out, so it must be opt_out".to_owned());
        fallback.disposition = "opt_out".to_owned();
    }
    if faults.is_empty() {
        return Ok(proposed);
    }
    let hint = format!(
        "The outcome cannot be taken as it is. Correct this and answer with the whole outcome again: {}.",
        faults.join("; ")
    );
    Err(Box::new(Repair { hint, fallback }))
}

const NOT_JSON: &str = "the value is not JSON";

fn value_fault(field: &Field, facts: &Circumstances) -> Option<String> {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(&field.value) else {
        return Some(format!("{}: {NOT_JSON}", field.name));
    };
    if field.name != "promise_to_pay" {
        return None;
    }
    let (year, month, day) = facts.today;
    let today = Date { year, month, day };
    match value["date"].as_str().map(Date::parse) {
        Some(None) => return Some("promise_to_pay: the date must be YYYY-MM-DD and exist".to_owned()),
        Some(Some(date)) if !is_not_past(date, facts) => {
            return Some(format!("promise_to_pay: the date {date} is before today, {today}"));
        }
        _ => {}
    }
    let amount = value["amount"].as_f64()?;
    if amount <= 0.0 {
        return Some("promise_to_pay: the amount must be above zero".to_owned());
    }
    // Saturates, which a balance of that size would allow for.
    let hundredths = (amount * 100.0).round() as u64;
    (!is_within_balance(hundredths, facts))
        .then(|| "promise_to_pay: the amount is above the balance".to_owned())
}
