//! What came of a call: the conversation's rules over the finished transcript, and the check of what a model proposes.

use serde::Deserialize;
use tandem_conversation::io::{ItemKey, Speaker as TalkSpeaker};
use tandem_conversation::outcome::{
    Circumstances, Field, Outcome as Finding, Repair, Said, check, derive as by_rules,
};

use crate::records::{Call, Outcome, OutcomeField, Speaker, TranscriptItem};

/// What is known of a finished call beside its words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    /// Today where the organisation is.
    pub today: (i16, u8, u8),
    pub opted_out: bool,
    /// A person took part, or one was sent for.
    pub transferred: bool,
}

/// Derives the outcome of a call that was answered.
pub(crate) fn derive(call: &Call, items: &[TranscriptItem], facts: Facts) -> Outcome {
    let said: Vec<Said> = items.iter().map(said).collect();
    with_ids(&by_rules(&said, &circumstances(call, facts)), items)
}

/// The customer promised to pay.
pub(crate) fn is_promise(call: &Call) -> bool {
    call.outcome.as_ref().is_some_and(|outcome| outcome.disposition == "promise_to_pay")
}

/// Why a model's answer is not an outcome.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// What to tell the model.
    NotJson(String),
    Faulty(Box<Repair>),
}

/// A model's answer: JSON, perhaps in a fence or between sentences.
#[derive(Debug, Deserialize)]
struct Proposal {
    disposition: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    sentiment: String,
    #[serde(default)]
    fields: Vec<ProposedField>,
}

#[derive(Debug, Deserialize)]
struct ProposedField {
    name: String,
    value: serde_json::Value,
    #[serde(default)]
    evidence: Vec<u64>,
}

/// Reads what a model proposes and checks it against the transcript and what is known.
pub(crate) fn read(
    answer: &str,
    call: &Call,
    items: &[TranscriptItem],
    facts: Facts,
) -> Result<Outcome, Unfit> {
    let object = answer.find('{').zip(answer.rfind('}')).filter(|(begin, end)| begin < end);
    let text = object.map_or("", |(begin, end)| &answer[begin..=end]);
    let proposal: Proposal = serde_json::from_str(text)
        .map_err(|error| Unfit::NotJson(format!("Answer with the JSON object alone: {error}.")))?;
    let field = |field: ProposedField| Field {
        name: field.name,
        value: field.value.to_string(),
        evidence: field.evidence.into_iter().map(ItemKey).collect(),
    };
    let finding = Finding {
        disposition: proposal.disposition,
        summary: proposal.summary,
        sentiment: proposal.sentiment,
        fields: proposal.fields.into_iter().map(field).collect(),
        needs_review: false,
    };
    let said: Vec<Said> = items.iter().map(said).collect();
    let checked = check(finding, &said, &circumstances(call, facts)).map_err(Unfit::Faulty)?;
    Ok(with_ids(&checked, items))
}

fn circumstances(call: &Call, facts: Facts) -> Circumstances {
    Circumstances {
        variables: call.variables.clone(),
        today: facts.today,
        ended_by_customer: call.end_reason.as_deref() == Some("customer"),
        opted_out: facts.opted_out,
        transferred: facts.transferred,
        machine: false,
    }
}

/// With the transcript's ids in place of the conversation's keys.
pub(crate) fn with_ids(outcome: &Finding, items: &[TranscriptItem]) -> Outcome {
    let evidence = |keys: &[ItemKey]| {
        let id = |key: &ItemKey| items.iter().find(|item| key_of(item) == *key).map(|item| item.id.clone());
        keys.iter().filter_map(id).collect()
    };
    let field = |field: &Field| OutcomeField {
        name: field.name.clone(),
        value: serde_json::from_str(&field.value)
            .unwrap_or_else(|_| serde_json::Value::String(field.value.clone())),
        evidence: evidence(&field.evidence),
    };
    Outcome {
        fields: outcome.fields.iter().map(field).collect(),
        disposition: outcome.disposition.clone(),
        summary: outcome.summary.clone(),
        sentiment: outcome.sentiment.clone(),
        needs_review: outcome.needs_review,
    }
}

fn said(item: &TranscriptItem) -> Said {
    Said {
        key: key_of(item),
        speaker: match item.speaker {
            Speaker::Customer => TalkSpeaker::Customer,
            Speaker::Assistant => TalkSpeaker::Assistant,
            Speaker::Person => TalkSpeaker::Person,
            Speaker::System => TalkSpeaker::System,
        },
        text: item.text.as_str().to_owned(),
        acknowledgement: item.acknowledgement,
    }
}

/// An item's position is the conversation's key of it.
fn key_of(item: &TranscriptItem) -> ItemKey {
    ItemKey(u64::try_from(item.position).unwrap_or_default())
}
