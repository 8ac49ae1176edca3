//! Which call a traced SIP message belongs to, and the writing of it.
//!
//! A message is matched by its Call-ID. One may come before its call has a row (an INVITE does), so messages wait a
//! while for their Call-ID to be named; those that nobody names (registrations, pings, strangers) are forgotten.
//! Writing is in batches on a task of its own: neither signalling nor a call waits for it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tandem_foundation::{CallId, LegId, OrgId};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use crate::context::Context;
use crate::measures;
use crate::ports::store::StoreError;
use crate::ports::trace::{MOST_MESSAGES, Traced};
use crate::records::{SipMessage, SipParty, TracedMessage};

/// How often what has come is written.
const WRITE_EVERY: Duration = Duration::from_millis(200);
/// Messages in one write, which the commits of calls may have to wait for.
const BATCH: usize = 100;
/// For how long a message waits for its call.
const PATIENCE: Duration = Duration::from_secs(10);
/// Messages that may wait for their call or for storage; the oldest go first.
const MOST_WAITING: usize = 4_096;
/// A call that is over still gets what is retransmitted (RFC 3261, timer F).
const AFTERMATH: Duration = Duration::from_secs(40);

/// The Call-IDs of calls.
#[derive(Debug, Default)]
pub(crate) struct Traces(Mutex<HashMap<String, Named>>);

#[derive(Debug, Clone)]
struct Named {
    org: OrgId,
    call: CallId,
    leg: LegId,
    party: SipParty,
    used: Instant,
}

impl Traces {
    /// Says whose a Call-ID is, once the call has a row.
    pub fn name(&self, sip_call_id: &str, org: &OrgId, call: &CallId, leg: LegId, party: SipParty) {
        let named = Named { org: org.clone(), call: call.clone(), leg, party, used: Instant::now() };
        self.0.lock().insert(sip_call_id.to_owned(), named);
    }

    fn find(&self, sip_call_id: &str, now: Instant) -> Option<Named> {
        let mut named = self.0.lock();
        // A person's further phones are rung under `ID.1`, `ID.2` …
        let first = |(id, number): (&str, &str)| {
            number.bytes().all(|digit| digit.is_ascii_digit()).then(|| id.to_owned())
        };
        let id = match sip_call_id.rsplit_once('.').and_then(first) {
            Some(first) if !named.contains_key(sip_call_id) => first,
            _ => sip_call_id.to_owned(),
        };
        let found = named.get_mut(&id)?;
        found.used = now;
        Some(found.clone())
    }

    /// Forgets the Call-IDs of calls that have been over for a while; answers the calls that are left.
    fn forget(&self, now: Instant, live: impl Fn(&CallId) -> bool) -> HashSet<CallId> {
        let mut named = self.0.lock();
        named.retain(|_, named| now.duration_since(named.used) < AFTERMATH || live(&named.call));
        named.values().map(|named| named.call.clone()).collect()
    }
}

/// Writes what comes from a tap until the tap is gone.
pub(crate) fn start(context: Arc<Context>, mut tap: mpsc::Receiver<Traced>) {
    tokio::spawn(async move {
        let mut recorder = Recorder::default();
        let mut ticks = tokio::time::interval(WRITE_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                traced = tap.recv() => match traced {
                    Some(Traced { message, missed }) => {
                        measures::untraced(missed);
                        recorder.take(Instant::now(), message);
                    }
                    None => break,
                },
                _ = ticks.tick() => write(&context, &mut recorder).await,
            }
        }
        write(&context, &mut recorder).await;
    });
}

async fn write(context: &Context, recorder: &mut Recorder) {
    let now = Instant::now();
    recorder.assign(now, &context.traces);
    while let Some((org, messages)) = recorder.batch() {
        match context.ports.store.put_sip_messages(&org, messages.clone()).await {
            Ok(()) => {}
            Err(StoreError::Unavailable { .. }) => {
                // The calls' own history has the word about it in the log.
                recorder.give_back(org, messages);
                break;
            }
            Err(error) => {
                measures::untraced(messages.len() as u64);
                tracing::warn!(%error, "SIP messages could not be kept");
            }
        }
    }
    if recorder.last_swept.is_none_or(|swept| now.duration_since(swept) >= AFTERMATH) {
        recorder.last_swept = Some(now);
        let left = context.traces.forget(now, |call| context.registry.is_live(call));
        recorder.counts.retain(|call, _| left.contains(call));
    }
}

/// What has come and is not written yet.
#[derive(Debug, Default)]
struct Recorder {
    waiting: VecDeque<(Instant, TracedMessage)>,
    assigned: VecDeque<(OrgId, SipMessage)>,
    /// The last position of each call.
    counts: HashMap<CallId, i64>,
    last_swept: Option<Instant>,
}

impl Recorder {
    fn take(&mut self, now: Instant, message: TracedMessage) {
        // Never part of a call, and plentiful.
        if matches!(message.method.as_str(), "REGISTER" | "OPTIONS") || message.sip_call_id.is_empty() {
            return;
        }
        if self.waiting.len() == MOST_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back((now, message));
    }

    /// Gives what waits to the calls that are named by now.
    fn assign(&mut self, now: Instant, traces: &Traces) {
        for (came, message) in std::mem::take(&mut self.waiting) {
            let Some(Named { org, call, leg, party, .. }) = traces.find(&message.sip_call_id, now) else {
                if now.duration_since(came) < PATIENCE {
                    self.waiting.push_back((came, message));
                }
                continue;
            };
            let position = self.counts.entry(call.clone()).or_default();
            if *position == MOST_MESSAGES {
                continue;
            }
            *position += 1;
            let message = SipMessage { call, position: *position, leg, party, message };
            self.assigned.push_back((org, message));
        }
    }

    /// The next messages to write: those of one organisation.
    fn batch(&mut self) -> Option<(OrgId, Vec<SipMessage>)> {
        let (org, _) = self.assigned.front()?;
        let org = org.clone();
        let same = self.assigned.iter().take(BATCH).take_while(|(of, _)| *of == org).count();
        Some((org, self.assigned.drain(..same).map(|(_, message)| message).collect()))
    }

    /// Takes back what could not be written.
    fn give_back(&mut self, org: OrgId, messages: Vec<SipMessage>) {
        for message in messages.into_iter().rev() {
            self.assigned.push_front((org.clone(), message));
        }
        let surplus = self.assigned.len().saturating_sub(MOST_WAITING);
        self.assigned.drain(..surplus);
        measures::untraced(surplus as u64);
    }
}

#[cfg(test)]
mod tests;
