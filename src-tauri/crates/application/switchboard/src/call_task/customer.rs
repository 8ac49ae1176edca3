//! The customer's leg: calling out, being called, early media, hold, digits and the end.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tandem_call::{EndedBy, Input, PersonRef};
use tandem_conversation::io::Input as TalkInput;
use tandem_foundation::LegId;
use tandem_routing::Input as RouteInput;

use super::{CallTask, LegKind};
use crate::ports::media::{MediaEvent, RtpTerms, Sound};
use crate::ports::signalling::{Destination, SignallingCommand, SignallingEvent};
use crate::ports::store::Commit;
use crate::records::{CallStatus, EventBody, UnixMs};
use crate::terms::{self, Wishes};

/// Let a customer's phone ring for this long.
pub(super) const RING_TIMEOUT: Duration = Duration::from_secs(45);
/// Nobody is kept on a line without audio for longer.
const SILENT_LIMIT_S: u32 = 30;
/// The customer is not left alone with a person's dead telephone for longer.
const DEAD_PERSON_S: u32 = 30;

impl CallTask {
    pub(super) fn begin_outbound(&mut self) {
        self.context.ports.media.open_room(&self.call.id);
        self.prepare_talk();
        self.invite_customer();
    }

    /// Calls the customer over the call's trunk.
    pub(super) fn invite_customer(&mut self) {
        let Some(offer) = self.open_leg_and_offer(self.customer) else {
            return self.never_dialled("no_media");
        };
        let Some(trunk) = self.call.trunk.clone() else {
            return self.never_dialled("no_trunk");
        };
        self.context.ports.signalling.send(SignallingCommand::Invite {
            leg: self.customer,
            to: Destination::Trunk { trunk, number: self.call.to.clone() },
            from: self.call.from.clone(),
            display_name: None,
            offer,
            web_offer: None,
            secure_offer: None,
            headers: Vec::new(),
            call_id: self.call.sip_call_id.clone(),
            ring_timeout: RING_TIMEOUT,
        });
    }

    /// Nothing was sent to anybody, which is not the carrier's failure.
    fn never_dialled(&mut self, why: &str) {
        self.end_reason.get_or_insert_with(|| why.to_owned());
        self.customer_failed(503);
    }

    pub(super) fn begin_inbound(&mut self) {
        self.context.ports.media.open_room(&self.call.id);
        self.prepare_talk();
        self.context.ports.signalling.send(SignallingCommand::Progress {
            leg: self.customer,
            code: 180,
            answer: None,
        });
        let session = self.session_number();
        let Some(local) = self.open_rtp(self.customer) else {
            return self.refuse_inbound(503);
        };
        let (answer, negotiated) = match self.offer.take() {
            Some(offer) => match terms::answer_under(&self.wishes, &offer, local, session) {
                Ok((answer, negotiated)) => (answer, Some(negotiated)),
                Err(code) => return self.refuse_inbound(code),
            },
            // A late offer: ours goes out with the 200, theirs comes back with the ACK.
            None => (terms::offer_under(&self.wishes, local, session), None),
        };
        if let Some(negotiated) = negotiated {
            self.connect(self.customer, negotiated);
        }
        let answer = self.following(self.customer, answer);
        self.context.ports.signalling.send(SignallingCommand::Answer { leg: self.customer, answer });
        self.answered();
    }

    fn refuse_inbound(&mut self, code: u16) {
        self.context.ports.signalling.send(SignallingCommand::Reject {
            leg: self.customer,
            code,
            retry_after: None,
        });
        self.input(Input::Failed { code });
    }

    /// Binds an RTP port for a leg; its address on the signalling interface.
    pub(super) fn open_rtp(&mut self, leg: LegId) -> Option<SocketAddr> {
        let interface = self.context.ports.signalling.local_address().ip();
        match self.context.ports.media.open_rtp_leg(&self.call.id, leg, interface) {
            Ok(address) => {
                self.rtp_addresses.insert(leg, address);
                Some(address)
            }
            Err(error) => {
                tracing::error!(call = %self.call.id, %error, "no media for a leg");
                None
            }
        }
    }

    pub(super) fn open_leg_and_offer(&mut self, leg: LegId) -> Option<Bytes> {
        let local = self.open_rtp(leg)?;
        let (wishes, session) = (self.wishes_for(leg), self.session_number());
        let offer = match wishes.web {
            true => terms::open_offer(&wishes, local, session),
            false => terms::offer_under(&wishes, local, session),
        };
        Some(self.following(leg, offer))
    }

    /// Numbers a description after the last one of the same leg, and keeps it.
    pub(super) fn following(&mut self, leg: LegId, description: Bytes) -> Bytes {
        let description = match self.described.get(&leg) {
            Some(previous) => terms::following(description, previous),
            None => description,
        };
        self.described.insert(leg, description.clone());
        description
    }

    /// What a peer's answer to our offer for this leg agrees to.
    pub(super) fn read_answer(&self, leg: LegId, sdp: &[u8]) -> Result<RtpTerms, u16> {
        let local = self.rtp_addresses.get(&leg).copied().ok_or(488_u16)?;
        terms::read_answer_under(&self.wishes_for(leg), sdp, local, self.session_number())
    }

    /// The customer's leg is under their trunk's settings; with people's phones we take what they have.
    pub(super) fn wishes_for(&self, leg: LegId) -> Wishes {
        if leg == self.customer {
            return self.wishes.clone();
        }
        Wishes::of_people().certified(self.context.ports.media.fingerprint())
    }

    /// What a person's phone in a browser is offered for this leg.
    pub(super) fn web_offer(&self, leg: LegId) -> Option<Bytes> {
        let local = self.rtp_addresses.get(&leg).copied()?;
        terms::web_offer(&self.wishes_for(leg), local, self.session_number())
    }

    /// What a phone of theirs is offered that registered in private.
    pub(super) fn secure_offer(&self, leg: LegId) -> Option<Bytes> {
        let local = self.rtp_addresses.get(&leg).copied()?;
        terms::secure_offer(&self.wishes_for(leg), local, self.session_number())
    }

    pub(super) fn session_number(&self) -> u64 {
        u64::try_from(self.call.created_at.0).unwrap_or_default()
    }

    pub(super) fn connect(&self, leg: LegId, negotiated: RtpTerms) {
        self.context.ports.media.connect(&self.call.id, leg, negotiated);
    }

    pub(super) fn signalling(&mut self, event: SignallingEvent) {
        if self.is_stale(&event) {
            return;
        }
        match event {
            SignallingEvent::Progress { leg, answer, .. } if leg == self.customer => self.progress(answer),
            SignallingEvent::Answered { leg, answer } if leg == self.customer => {
                self.customer_answered(&answer)
            }
            SignallingEvent::Failed { leg, code, .. } if leg == self.customer => {
                self.customer_failed(code);
            }
            SignallingEvent::Ended { leg, .. } if leg == self.customer => self.input(Input::CustomerGone),
            SignallingEvent::Answered { leg, answer } => self.person_answered(leg, &answer),
            SignallingEvent::Ended { leg, .. } => self.person_leg_gone(leg, false),
            // An answer that came with the ACK, to the offer that our 200 carried.
            SignallingEvent::ReofferAccepted { leg, answer } => {
                if let Ok(negotiated) = self.read_answer(leg, &answer) {
                    self.connect(leg, negotiated);
                }
            }
            SignallingEvent::Reoffered { leg, offer } => self.reoffered(leg, offer),
            SignallingEvent::Info { leg, content_type, body } if leg == self.customer => {
                self.info(&content_type, &body);
            }
            event => self.person_signalling(event),
        }
    }

    fn progress(&mut self, answer: Option<Bytes>) {
        let early = answer.and_then(|sdp| self.read_answer(self.customer, &sdp).ok());
        self.customer_rings(early);
    }

    fn customer_answered(&mut self, sdp: &[u8]) {
        match self.read_answer(self.customer, sdp) {
            Ok(negotiated) => {
                self.connect(self.customer, negotiated);
                self.answered();
            }
            Err(code) => {
                tracing::warn!(call = %self.call.id, code, "the answer's session terms cannot be used");
                self.refuse_dialling_phone(code);
                self.input(Input::End { by: EndedBy::Unreached(code) });
            }
        }
    }

    /// The customer is there: the clocks start, recording and recogniser with them.
    pub(super) fn answered(&mut self) {
        self.answer_dialling_phone();
        let now = Instant::now();
        self.answered = Some(now);
        self.call.status = CallStatus::InProgress;
        self.call.answered_at = Some(self.context.ports.clock.now());
        self.record_by_policy();
        if let Some(speaker) = self.speaker {
            self.context.ports.media.open_speaker(&self.call.id, speaker);
        }
        self.context.ports.media.watch_voice(&self.call.id, self.customer, true);
        self.start_hearing_customer();
        self.commit_call(EventBody::CallUpdated);
        self.input(Input::Answered);
        self.callback_reached();
        self.fetch_person();
        self.begin_route();
        self.join_when_answered();
    }

    /// A call for a person: they get the floor, and the caller hears it ring until they are there.
    pub(super) fn fetch_person(&mut self) {
        let Some(user) = self.person.take() else { return };
        let name = self.context.plan.read().user(&user).map(|user| user.name.clone()).unwrap_or_default();
        let (_, version) = self.machine.floor();
        self.ringback(true);
        self.input(Input::TakeOver { who: PersonRef::User(user), name, version });
    }

    fn reoffered(&mut self, leg: LegId, offer: Option<Bytes>) {
        let Some(offer) = offer else {
            // A late re-offer would need our offer in the 200; refusing leaves the old terms in force.
            return self.context.ports.signalling.send(SignallingCommand::RefuseReoffer { leg, code: 488 });
        };
        let Some(local) = self.rtp_addresses.get(&leg).copied() else {
            return self.context.ports.signalling.send(SignallingCommand::RefuseReoffer { leg, code: 488 });
        };
        match terms::answer_under(&self.wishes_for(leg), &offer, local, self.session_number()) {
            Ok((answer, negotiated)) => {
                self.connect(leg, negotiated);
                let answer = self.following(leg, answer);
                self.context.ports.signalling.send(SignallingCommand::AcceptReoffer { leg, answer });
            }
            Err(code) => self.context.ports.signalling.send(SignallingCommand::RefuseReoffer { leg, code }),
        }
    }

    /// DTMF by INFO (`application/dtmf-relay`, `application/dtmf`), as some phones still send it.
    fn info(&mut self, content_type: &str, body: &[u8]) {
        if !content_type.to_ascii_lowercase().starts_with("application/dtmf") {
            return;
        }
        let text = String::from_utf8_lossy(body);
        let signal = text
            .lines()
            .find_map(|line| line.split_once('=').filter(|(k, _)| k.trim().eq_ignore_ascii_case("signal")))
            .map_or(text.as_ref(), |(_, value)| value);
        if let Some(digit) = signal.trim().chars().next().filter(|c| "0123456789*#ABCD".contains(*c)) {
            self.digit(digit);
        }
    }

    pub(super) fn media(&mut self, event: MediaEvent) {
        let Some(event) = self.announcers_event(event) else { return };
        match event {
            MediaEvent::Dtmf { leg, digit, .. } if leg == self.customer => self.digit(digit),
            MediaEvent::VoiceStarted { leg, at, .. } => self.voice_started(leg, at),
            MediaEvent::VoiceStopped { leg, at, .. } => self.voice_stopped(leg, at),
            MediaEvent::SpeechStarted { speech, at, .. } => self.speech_began(speech, at),
            MediaEvent::SpeechProgress { speech, samples, .. } => self.speech_progress(speech, samples),
            MediaEvent::SpeechStopped { speech, samples, complete, at, .. } => {
                self.speech_over(speech, samples, complete, at);
            }
            MediaEvent::FirstAudible { leg, at, .. } => self.first_audible(leg, at),
            MediaEvent::RtpTimeout { leg, silent_s, .. }
                if leg == self.customer && silent_s >= SILENT_LIMIT_S && self.answered.is_some() =>
            {
                self.input(Input::CustomerSilent);
            }
            // A telephone that sends nothing any more is dead, whatever its last message said (a lost BYE).
            MediaEvent::RtpTimeout { leg, silent_s, .. } if silent_s >= DEAD_PERSON_S => {
                self.person_leg_dead(leg);
            }
            MediaEvent::Quality { leg, quality, .. } if leg == self.customer => {
                self.quality_changed(leg, quality)
            }
            MediaEvent::RecordingClosed { file, .. } => self.recording_written(file),
            MediaEvent::RecordingFailed { reason, kept, .. } => self.recording_failed(reason, kept),
            _ => {}
        }
    }

    fn digit(&mut self, digit: char) {
        if self.is_paused() {
            // It may be of a card: neither the transcript nor the assistant is to know it, nor when it was pressed.
            return;
        }
        if self.keys_card(digit) {
            return;
        }
        let at_ms = self.offset_ms(Instant::now());
        self.commit_event(EventBody::KeyPressed { at_ms });
        if self.keeping_digit(digit) {
            return;
        }
        self.route_input(RouteInput::Digit(digit));
        self.tell(TalkInput::Digit { digit });
    }

    /// Feeds the call machine; refusals here mean the input came too late to matter.
    pub(super) fn input(&mut self, input: Input) {
        if let Err(refusal) = self.machine.handle(Instant::now(), input) {
            tracing::debug!(call = %self.call.id, ?refusal, "too late");
        }
    }

    /// While somebody is being fetched for a call without an assistant, the caller hears it ring.
    pub(super) fn ringback(&self, on: bool) {
        let sound = on.then_some(Sound::Ringback);
        self.context.ports.media.set_sound(&self.call.id, self.customer, sound);
    }

    pub(super) fn commit_call(&mut self, body: fn(Box<crate::records::Call>) -> EventBody) {
        let event = self.event(body(Box::new(self.call.clone())));
        // A contract's client may want to be told how far its call has come.
        let news = self.call.origin.is_some() && self.call.status != self.announced_status;
        self.announced_status = self.call.status;
        self.journal.commit(Commit {
            call: Some(self.call.clone()),
            events: vec![event],
            outbox: news.then(|| (0, format!("call.{}", self.call.status.as_str()))).into_iter().collect(),
            ..Commit::default()
        });
    }

    pub(super) fn commit_event(&self, body: EventBody) {
        self.journal.commit(Commit { events: vec![self.event(body)], ..Commit::default() });
    }

    pub(super) fn event(&self, body: EventBody) -> crate::records::NewEvent {
        crate::journal::event(&self.context, &self.call.id, body)
    }

    pub(super) fn is_customer(&self, leg: LegId) -> bool {
        self.legs.get(&leg) == Some(&LegKind::Customer)
    }

    pub(super) fn now(&self) -> UnixMs {
        self.context.ports.clock.now()
    }
}
