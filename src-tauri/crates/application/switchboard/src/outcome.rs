//! What came of a call: the conversation's rules over the finished transcript.

use tandem_conversation::io::{ItemKey, Speaker as TalkSpeaker};
use tandem_conversation::outcome::{Circumstances, Said, derive as by_rules};

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
    let circumstances = Circumstances {
        variables: call.variables.clone(),
        today: facts.today,
        ended_by_customer: call.end_reason.as_deref() == Some("customer"),
        opted_out: facts.opted_out,
        transferred: facts.transferred,
        machine: false,
    };
    let outcome = by_rules(&said, &circumstances);
    let evidence = |keys: &[ItemKey]| {
        let id = |key: &ItemKey| items.iter().find(|item| key_of(item) == *key).map(|item| item.id.clone());
        keys.iter().filter_map(id).collect()
    };
    Outcome {
        fields: outcome
            .fields
            .iter()
            .map(|field| OutcomeField {
                name: field.name.clone(),
                value: serde_json::from_str(&field.value)
                    .unwrap_or_else(|_| serde_json::Value::String(field.value.clone())),
                evidence: evidence(&field.evidence),
            })
            .collect(),
        disposition: outcome.disposition,
        summary: outcome.summary,
        sentiment: outcome.sentiment,
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
