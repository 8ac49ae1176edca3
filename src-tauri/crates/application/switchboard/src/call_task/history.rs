//! What is remembered of a call while it runs: transcript items, markers, takeover times, the live view.

use std::time::Instant;

use tandem_call::{Floor, PersonRef};
use tandem_conversation::io::{Item, ItemKey, Speaker as TalkSpeaker};
use tandem_foundation::{LegId, Pii};

use super::CallTask;
use crate::exchange::{LiveCall, LiveMessage};
use crate::measures;
use crate::ports::media::LegQuality;
use crate::ports::store::Commit;
use crate::records::{EventBody, FloorHolder, Speaker, TranscriptItem};

impl CallTask {
    pub(super) fn item(&mut self, item: Item) {
        let id = match self.item_ids.get(&item.key) {
            Some(id) => id.clone(),
            None => {
                let id = self.context.new_item_id();
                self.item_ids.insert(item.key, id.clone());
                id
            }
        };
        let row = TranscriptItem {
            id,
            call: self.call.id.clone(),
            position: i64::try_from(item.key.0).unwrap_or(i64::MAX),
            speaker: match item.speaker {
                TalkSpeaker::Customer => Speaker::Customer,
                TalkSpeaker::Assistant => Speaker::Assistant,
                TalkSpeaker::Person => Speaker::Person,
                TalkSpeaker::System => Speaker::System,
            },
            speaker_name: item.name.or_else(|| self.name_of(item.speaker)),
            text: Pii::new(item.text),
            intended_text: item.intended.map(Pii::new),
            interrupted: item.interrupted,
            acknowledgement: item.acknowledgement,
            start_ms: self.offset_ms(item.start),
            end_ms: self.offset_ms(item.end),
            confidence: item.confidence,
            latency: self.latencies.get(&item.key).copied(),
        };
        let row = self.keep(row);
        self.write_item(row);
    }

    /// Writes an item again because something beside its text changed.
    pub(super) fn rewrite_item(&mut self, key: ItemKey) {
        let latency = self.latencies.get(&key).copied();
        let known = self.item_ids.get(&key).and_then(|id| self.items.iter().find(|item| item.id == *id));
        if let Some(row) = known.cloned() {
            self.write_item(TranscriptItem { latency, ..row });
        }
    }

    fn write_item(&mut self, row: TranscriptItem) {
        match self.items.iter_mut().find(|item| item.id == row.id) {
            Some(item) if *item == row => return,
            Some(item) => *item = row.clone(),
            None => {
                let place = self.items.partition_point(|item| item.position < row.position);
                self.items.insert(place, row.clone());
            }
        }
        let event = self.event(EventBody::TranscriptItem(Box::new(row.clone())));
        self.journal.commit(Commit { items: vec![row], events: vec![event], ..Commit::default() });
    }

    fn name_of(&self, speaker: TalkSpeaker) -> Option<String> {
        match speaker {
            TalkSpeaker::Customer => self.call.customer_name.as_ref().map(|name| name.as_str().to_owned()),
            TalkSpeaker::Assistant => self.assistant.as_ref().map(|assistant| assistant.name.clone()),
            TalkSpeaker::Person | TalkSpeaker::System => None,
        }
    }

    /// The assistant's last sound has left after a takeover.
    pub(super) fn silenced(&mut self, at: Instant) {
        let Some(takeover) = self.takeover.as_mut().filter(|t| !t.silenced) else { return };
        takeover.silenced = true;
        let after_ms = millis(takeover.asked, at);
        self.commit_event(EventBody::FloorSilenced { after_ms });
    }

    /// A leg's first sound was mixed; of interest when it is the person who took over.
    pub(super) fn first_audible(&mut self, leg: LegId, at: Instant) {
        let by_person = |by: &tandem_foundation::UserId| {
            self.machine
                .people()
                .any(|(who, _, _, on)| on == Some(leg) && *who == PersonRef::User(by.clone()))
        };
        let Some(takeover) = self.takeover.as_ref().filter(|t| !t.audible && by_person(&t.by)) else {
            return;
        };
        let (by, after_ms) = (takeover.by.clone(), millis(takeover.asked, at));
        if let Some(takeover) = &mut self.takeover {
            takeover.audible = true;
        }
        self.commit_event(EventBody::FloorAudible { by, after_ms });
    }

    pub(super) fn quality_changed(&mut self, leg: LegId, quality: LegQuality) {
        measures::quality(&quality, self.quality.as_ref());
        self.quality = Some(quality);
        let (org, call) = (self.call.org.clone(), self.call.id.clone());
        self.context.publish(LiveMessage::Quality { org, call, leg, quality });
    }

    pub(super) fn snapshot(&self) -> LiveCall {
        let spoken =
            |item: &&TranscriptItem| item.speaker != Speaker::System && !item.text.as_str().is_empty();
        LiveCall {
            call: self.call.clone(),
            supervisors: self.supervisors.clone(),
            last_line: self.items.iter().rev().find(spoken).map(|item| item.text.clone()),
            quality: self.quality,
            transfer: self.transfers.current.clone(),
            held: self.machine.is_on_hold(),
            rings_for: self.dialling.rings_for().cloned(),
            queue: self.live_queue(),
        }
    }
}

/// The stored form of the floor.
pub(super) fn floor_holder(floor: &Floor) -> FloorHolder {
    match floor {
        Floor::Nobody => FloorHolder::Nobody,
        Floor::Assistant => FloorHolder::Assistant,
        Floor::Person { who: PersonRef::User(user), name } => {
            FloorHolder::Person { user: user.clone(), name: name.clone() }
        }
        Floor::Person { who: PersonRef::Number(_), .. } => FloorHolder::Outside,
        Floor::Bridging => FloorHolder::Bridging,
    }
}

fn millis(from: Instant, to: Instant) -> u32 {
    u32::try_from(to.saturating_duration_since(from).as_millis()).unwrap_or(u32::MAX)
}
