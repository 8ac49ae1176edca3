//! After the call: the assistant's own model reads the transcript and proposes an outcome, which is checked.
//!
//! The call is over by then and has the outcome of the rules; what the model says replaces it only where every field
//! names transcript items that exist. It is asked once more with what is wrong; then only what holds is kept.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::outcome::Repair;

use super::CallTask;
use crate::outcome::{self, Facts};
use crate::ports::speech::{Message, Model, ModelEvent, ModelRequest, Role};
use crate::ports::store::Commit;
use crate::records::{Call, EventBody, Outcome, Speaker, TranscriptItem};

/// For all of the analysis: nobody waits for it, but nothing waits for ever.
const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_TOKEN: Duration = Duration::from_secs(15);
const LONGEST_ANSWER: u32 = 1_000;

impl CallTask {
    /// Asks the model, if it is one that can tell, and writes what it said. Call when the end is written.
    pub(super) async fn analyse(&mut self, facts: Facts) {
        let Some(talk) = self.talk.take().filter(|talk| talk.model.writes_outcomes()) else { return };
        let spoken = self.items.iter().any(|item| item.speaker == Speaker::Customer);
        if self.call.outcome.is_none() || !spoken {
            return;
        }
        let model = talk.model.clone();
        let work = propose(model, &self.call, &self.items, facts);
        let Ok(Some(outcome)) = tokio::time::timeout(PATIENCE, work).await else {
            tracing::warn!(call = %self.call.id, "the model gave no outcome; the rules' one stays");
            return;
        };
        let told_before = outcome::is_promise(&self.call);
        self.call.outcome = Some(outcome);
        let event = self.event(EventBody::CallAnalyzed(Box::new(self.call.clone())));
        let promised = !told_before && outcome::is_promise(&self.call);
        let outbox = promised.then(|| (0, "payment.promised".to_owned())).into_iter().collect();
        let commit =
            Commit { call: Some(self.call.clone()), events: vec![event], outbox, ..Commit::default() };
        self.journal.commit_and_wait(commit).await;
    }
}

async fn propose(
    model: Arc<dyn Model>,
    call: &Call,
    items: &[TranscriptItem],
    facts: Facts,
) -> Option<Outcome> {
    let mut messages =
        vec![message(Role::System, instruction(call, facts)), message(Role::User, lines(items))];
    let mut best = None;
    for _ in 0..2 {
        let answer = ask(model.as_ref(), &messages, facts).await?;
        let hint = match outcome::read(&answer, call, items, facts) {
            Ok(outcome) => return Some(outcome),
            Err(outcome::Unfit::NotJson(hint)) => hint,
            Err(outcome::Unfit::Faulty(repair)) => {
                let Repair { hint, fallback } = *repair;
                best = Some(outcome::with_ids(&fallback, items));
                hint
            }
        };
        messages.extend([message(Role::Assistant, answer), message(Role::User, hint)]);
    }
    best
}

async fn ask(model: &dyn Model, messages: &[Message], facts: Facts) -> Option<String> {
    let (year, month, day) = facts.today;
    let request = ModelRequest {
        messages: messages.to_vec(),
        tools: Vec::new(),
        temperature: 0.0,
        max_tokens: LONGEST_ANSWER,
        variables: std::collections::BTreeMap::new(),
        today: format!("{year:04}-{month:02}-{day:02}"),
        first_token_timeout: FIRST_TOKEN,
    };
    let mut events = model.reply(request).await.ok()?;
    let mut text = String::new();
    while let Some(event) = events.recv().await {
        match event {
            ModelEvent::Text(piece) => text.push_str(&piece),
            ModelEvent::ToolCall(_) => {}
            ModelEvent::Finished { .. } => return Some(text),
            ModelEvent::Failed { .. } => return None,
        }
    }
    None
}

fn instruction(call: &Call, facts: Facts) -> String {
    let (year, month, day) = facts.today;
    let known: Vec<String> = call.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!(
        "You read the transcript of a telephone call that is over. Answer with one JSON object and nothing else: \
         {{\"disposition\": one of promise_to_pay, payment_confirmed, opt_out, transfer_requested, question_answered, \
         callback, voicemail, hung_up, no_speech, completed, or a better word in snake_case; \"summary\": one or two \
         sentences; \"sentiment\": positive, neutral or negative (the customer's); \"fields\": [{{\"name\": …, \
         \"value\": …, \"evidence\": [numbers of the lines that show it]}}]}}. A field promise_to_pay has the value \
         {{\"date\": \"YYYY-MM-DD\", \"amount\": number}}; a field callback_time a string. Leave out what was not \
         said. Today is {year:04}-{month:02}-{day:02}. Known before the call: {}.",
        if known.is_empty() { "nothing".to_owned() } else { known.join(", ") }
    )
}

fn lines(items: &[TranscriptItem]) -> String {
    let line = |item: &TranscriptItem| {
        let who = match item.speaker {
            Speaker::Customer => "customer",
            Speaker::Assistant => "assistant",
            Speaker::Person => "colleague",
            Speaker::System => "note",
        };
        format!("[{}] {who}: {}", item.position, item.text.as_str())
    };
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn message(role: Role, content: String) -> Message {
    Message { role, content, tool_calls: Vec::new(), tool_call_id: None }
}
