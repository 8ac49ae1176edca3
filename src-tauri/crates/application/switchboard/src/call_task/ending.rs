//! The end of a call: status, outcome, recording, and everything given back.

use std::time::Instant;

use tandem_call::{EndedBy, Input};
use tokio::sync::mpsc;

use super::{CallMessage, CallTask};
use crate::outcome;
use crate::ports::store::Commit;
use crate::records::{CallStatus, EventBody, LatencySummary};

/// Why a call ended that was called off, however far it had come.
pub(super) const CANCELLED: &str = "cancelled";

impl CallTask {
    /// Fills in the row; called once, when the call machine says that it is over.
    pub(super) fn close_call(&mut self, by: &EndedBy) {
        self.unwritten = self.is_only_offered();
        let now = Instant::now();
        self.call.status = self.final_status(by);
        self.call.ended_at = Some(self.now());
        self.call.duration_ms = self.answered.map(|_| self.offset_ms(now));
        let reason = self.end_reason.take().unwrap_or_else(|| end_reason(by));
        self.call.end_reason = Some(reason);
        self.call.latency = self.latency_summary();
        let (status, reason) =
            (self.call.status.as_str(), self.call.end_reason.as_deref().unwrap_or_default());
        tracing::info!(status, reason, duration_ms = self.call.duration_ms, "the call is over");
        self.callback_over();
        self.leave_queue("abandoned");
        self.close_dialling();
        self.forget_conference();
        if self.answered.is_some() {
            self.call.outcome = Some(outcome::derive(&self.call, &self.items, self.facts()));
        }
        if let Some(disposition) = self.disposition.take() {
            self.call = crate::disposition::with_disposition(self.call.clone(), disposition);
        }
        self.context.ports.media.stop_recording(&self.call.id);
        self.channels.clear();
    }

    /// Waits for the recording, writes the end and gives everything back.
    pub(super) async fn finish(mut self, messages: &mut mpsc::UnboundedReceiver<CallMessage>) {
        self.await_message(messages).await;
        self.await_recording(messages).await;
        self.context.ports.media.close_room(&self.call.id);
        if self.unwritten {
            return self.context.registry.remove_call(&self.call.id);
        }
        // Whoever looks after this finds the call in storage.
        let event = self.event(EventBody::CallEnded(Box::new(self.call.clone())));
        let commit = Commit {
            call: Some(self.call.clone()),
            outbox: self.end_topics(),
            events: vec![event],
            ..Commit::default()
        };
        self.journal.commit_and_wait(commit).await;
        self.context.registry.remove_call(&self.call.id);
        let facts = self.facts();
        self.analyse(facts).await;
    }

    /// Under which topics the end is announced.
    fn end_topics(&self) -> Vec<(usize, String)> {
        let completed = self.call.status == CallStatus::Completed;
        let mut topics = vec![(0, if completed { "call.completed" } else { "call.failed" }.to_owned())];
        if outcome::is_promise(&self.call) {
            topics.push((0, "payment.promised".to_owned()));
        }
        topics
    }

    fn facts(&self) -> outcome::Facts {
        outcome::Facts {
            today: self.context.today(&self.call.org),
            opted_out: self.opted_out,
            transferred: self.transferred,
        }
    }

    pub(super) fn shut_down(&mut self) {
        self.input(Input::End { by: EndedBy::Shutdown });
    }

    fn final_status(&self, by: &EndedBy) -> CallStatus {
        if self.end_reason.as_deref() == Some(CANCELLED) {
            return CallStatus::Cancelled;
        }
        if self.answered.is_some() {
            return CallStatus::Completed;
        }
        match by {
            EndedBy::Unreached(486 | 600) => CallStatus::Busy,
            EndedBy::Unreached(603) => CallStatus::Declined,
            EndedBy::Unreached(408 | 480 | 487) => CallStatus::NoAnswer,
            EndedBy::Unreached(_) | EndedBy::MediaTimeout => CallStatus::Failed,
            EndedBy::Customer | EndedBy::Assistant | EndedBy::Person(_) | EndedBy::Shutdown => {
                CallStatus::Cancelled
            }
        }
    }

    fn latency_summary(&self) -> Option<LatencySummary> {
        let mut turns: Vec<u32> = self.latencies.values().filter_map(|l| l.first_packet_ms).collect();
        turns.sort_unstable();
        let response_max_ms = *turns.last()?;
        let count = u32::try_from(turns.len()).unwrap_or(u32::MAX);
        Some(LatencySummary { turns: count, response_p50_ms: turns[turns.len() / 2], response_max_ms })
    }
}

fn end_reason(by: &EndedBy) -> String {
    match by {
        EndedBy::Customer => "customer".into(),
        EndedBy::Assistant => "assistant".into(),
        EndedBy::Person(_) => "person".into(),
        EndedBy::Unreached(code) => format!("sip_{code}"),
        EndedBy::MediaTimeout => "rtp_timeout".into(),
        EndedBy::Shutdown => "shutdown".into(),
    }
}
