//! A caller's message: the tone, taking it, and its row.

use std::time::{Duration, Instant};

use tandem_foundation::{Pii, VoicemailId};
use tandem_routing::{Input as RouteInput, Mailbox};
use tokio::sync::mpsc;

use super::{CallMessage, CallTask};
use crate::lines::{MessageLine, Taken};
use crate::ports::media::{SAMPLE_RATE, Sound};
use crate::ports::speech::RecogniserSession;
use crate::ports::store::Commit;
use crate::records::{EventBody, Voicemail};

/// A little of the silence at the end stays.
const BREATH: Duration = Duration::from_millis(500);
/// After the call: the last words are recognised and the file is written by then.
const PATIENCE: Duration = Duration::from_secs(10);

/// A message that is being taken.
pub(super) struct Message {
    id: VoicemailId,
    mailbox: Mailbox,
    file: String,
    pub line: MessageLine,
    /// The caller has said something.
    pub voiced: bool,
    stopped: bool,
}

impl CallTask {
    /// Beeps, and takes what the caller says.
    pub(super) fn record_message(&mut self, mailbox: Mailbox) {
        let id = self.context.new_voicemail_id();
        let file = format!("recordings/{id}.wav");
        let media = &self.context.ports.media;
        media.set_sound(&self.call.id, self.customer, Some(Sound::Beep));
        let Some(routing) = &mut self.routing else { return };
        let recogniser = routing.recogniser.clone().map(|recogniser| {
            let session = RecogniserSession {
                language: routing.language.clone(),
                sample_rate: SAMPLE_RATE,
                key_terms: Vec::new(),
            };
            (recogniser, session, media.tap(&self.call.id, self.customer))
        });
        let tap = media.tap(&self.call.id, self.customer);
        let path = self.context.ports.data_dir.join(&file);
        let line = MessageLine::open(self.customer, tap, recogniser, path, self.inbox.clone());
        routing.message = Some(Message { id, mailbox, file, line, voiced: false, stopped: false });
    }

    /// The message ends here.
    pub(super) fn stop_message(&mut self) {
        let silent_since = self.voiced.get(&self.customer).map(|(began, ended)| (*began).max(*ended));
        let Some(message) = self.routing.as_mut().and_then(|routing| routing.message.as_mut()) else {
            return;
        };
        if std::mem::replace(&mut message.stopped, true) {
            return;
        }
        let silence = silent_since.map(|since| Instant::now().saturating_duration_since(since));
        message.line.stop(silence.unwrap_or_default().saturating_sub(BREATH));
    }

    /// The file is written: the row and the event follow, unless the caller said nothing.
    pub(super) fn message_taken(&mut self, taken: Taken) {
        let message = self.routing.as_mut().and_then(|routing| routing.message.take());
        let Some(message) = message else { return };
        if taken.written && message.voiced {
            self.message_left = true;
            let row = Voicemail {
                id: message.id,
                org: self.call.org.clone(),
                call: self.call.id.clone(),
                mailbox: message.mailbox,
                from: self.call.from.clone(),
                created_at: self.now(),
                duration_ms: taken.duration_ms,
                file: message.file,
                transcript: Pii::new(without_cards(taken.transcript)),
                heard_at: None,
            };
            let left = EventBody::VoicemailLeft {
                voicemail: row.id.clone(),
                mailbox: row.mailbox.to_string(),
                duration_ms: row.duration_ms,
            };
            let events = vec![self.event(left)];
            let outbox = vec![(0, "voicemail.left".to_owned())];
            self.journal.commit(Commit { voicemails: vec![row], events, outbox, ..Commit::default() });
        } else if taken.written {
            let path = self.context.ports.data_dir.join(&message.file);
            tokio::spawn(async move { tokio::fs::remove_file(path).await });
        }
        self.route_input(RouteInput::VoicemailDone);
    }

    /// Most callers end their message by hanging up: it is kept.
    pub(super) async fn await_message(&mut self, messages: &mut mpsc::UnboundedReceiver<CallMessage>) {
        self.stop_message();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.routing.as_ref().is_some_and(|routing| routing.message.is_some()) {
            match tokio::time::timeout_at(deadline, messages.recv()).await {
                Ok(Some(message)) => self.take(message),
                Ok(None) | Err(_) => break,
            }
        }
        if self.message_left
            && let Some(outcome) = &mut self.call.outcome
        {
            outcome.disposition = "voicemail".to_owned();
        }
    }
}

/// The words of a message are kept without card numbers; its sound is kept as it is.
fn without_cards(text: String) -> String {
    tandem_foundation::card::mask(&text).unwrap_or(text)
}
