//! Carrying out a route: prompts, keys and words, hours, servers, and putting the caller through.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tandem_call::{Floor, Input, PersonRef};
use tandem_conversation::io::SpeechId;
use tandem_foundation::{AssistantId, LegId, Pii, UserId};
use tandem_routing::{Input as RouteInput, Output, Route, RouteMachine, SayId, Target};
use tracing::Instrument;

use super::announcer::{self, Announcer};
use super::{CallMessage, CallTask, Wanted};
use crate::exchange::Entry;
use crate::lines::HearingLine;
use crate::opening;
use crate::ports::media::{MediaEvent, SAMPLE_RATE};
use crate::ports::speech::{Recogniser, RecogniserEvent, RecogniserSession};
use crate::ports::webhook::Signing;
use crate::records::{Assistant, EventBody};

/// A server's answer is waited for so long, and once more.
const ANSWER: Duration = Duration::from_secs(3);
const TRIES: usize = 2;

/// A route that a caller takes, as the router hands it over.
#[derive(Debug)]
pub(crate) struct Routed {
    pub route: Route,
    /// Whose voice the prompts have, and whose recogniser hears the caller.
    pub like: Option<Assistant>,
    /// No assistant that it may lead to wants calls not to be recorded.
    pub record: bool,
}

/// A caller on a route.
pub(super) struct Routing {
    machine: RouteMachine,
    announcer: Announcer,
    pub(super) recogniser: Option<Arc<dyn Recogniser>>,
    pub(super) language: String,
    hearing: Option<HearingLine>,
    pub(super) message: Option<super::voicemail::Message>,
}

impl Routing {
    pub fn next_deadline(&self) -> Option<Instant> {
        self.machine.next_deadline().map(|(at, _)| at)
    }

    /// The caller was put through to somebody.
    pub fn is_connected(&self) -> bool {
        self.machine.is_connected()
    }

    pub fn poll_output(&mut self) -> Option<Output> {
        self.machine.poll_output()
    }

    pub fn tick(&mut self, now: Instant) {
        self.machine.tick(now);
    }

    /// What is said or pressed is not to be kept, or is again.
    pub fn pause(&self, paused: bool) {
        if let Some(hearing) = &self.hearing {
            hearing.pause(paused);
        }
    }
}

impl CallTask {
    /// The caller is there: the route begins.
    pub(super) fn begin_route(&mut self) {
        let Some(routed) = self.routed.take() else { return };
        let Routed { route, like, .. } = *routed;
        let providers = self.providers();
        let announcer = Announcer::open(&self.context, &providers, like.as_ref(), &self.call.id, &self.inbox);
        let speech = like.as_ref().map(|assistant| assistant.settings.speech.clone()).unwrap_or_default();
        let recogniser = providers.recogniser(&speech);
        let failed = recogniser.as_ref().err().cloned();
        self.routing = Some(Routing {
            machine: RouteMachine::new(Instant::now(), route),
            announcer,
            recogniser: recogniser.ok(),
            language: announcer::language(like.as_ref()),
            hearing: None,
            message: None,
        });
        if let Some(error) = failed {
            self.provider_failed(&error);
        }
        self.hear_announcer();
    }

    pub(super) fn route_input(&mut self, input: RouteInput) {
        if let Some(routing) = &mut self.routing {
            routing.machine.handle(Instant::now(), input);
        }
    }

    pub(super) fn route_output(&mut self, output: Output) {
        match output {
            Output::Say { id, what } => self.with_announcer(|announcer| announcer.say(id, what)),
            Output::StopSaying => self.with_announcer(Announcer::stop),
            Output::Listen { phrases } => self.listen(phrases),
            Output::StopListening => {
                if let Some(routing) = &mut self.routing {
                    routing.hearing = None;
                }
            }
            Output::AskHours { hours } => {
                let open = opening::is_open(&self.context, &self.call.org, &hours);
                self.route_input(RouteInput::HoursAre { open });
            }
            Output::AskWebhook { url, secret } => self.ask_for_route(url, secret),
            Output::Connect { target } => match target {
                Target::Assistant(id) => self.read_assistant(id, Wanted::Route),
                Target::Person(user) => self.put_through_to_person(&user),
                Target::Number(number) => self.put_through(PersonRef::Number(number), "outside".to_owned()),
                Target::Conference { name, starts, ends, record } => {
                    self.with_announcer(Announcer::stop);
                    self.join_by_route(name, Entry { starts, ends, ..Entry::default() }, record);
                }
                Target::Queue(queue) => {
                    self.with_announcer(Announcer::stop);
                    self.join_queue(queue, Duration::ZERO, false);
                }
            },
            Output::RecordVoicemail { mailbox, .. } => self.record_message(mailbox),
            Output::StopVoicemail => self.stop_message(),
            Output::HangUp => {
                self.end_reason = Some("route".to_owned());
                self.input(Input::AssistantEnds);
            }
        }
    }

    /// Events of the announcer's own; everything else is given back.
    pub(super) fn announcers_event(&mut self, event: MediaEvent) -> Option<MediaEvent> {
        let (MediaEvent::SpeechStarted { speech, .. }
        | MediaEvent::SpeechProgress { speech, .. }
        | MediaEvent::SpeechStopped { speech, .. }) = &event
        else {
            return Some(event);
        };
        let speech = SpeechId(speech.0);
        if !announcer::is_announced(speech) {
            return Some(event);
        }
        match event {
            MediaEvent::SpeechStarted { .. } => self.announcement_began(speech),
            MediaEvent::SpeechStopped { .. } => self.announced(speech),
            _ => {}
        }
        None
    }

    /// A prompt is over, or could not be said.
    pub(super) fn announced(&mut self, speech: SpeechId) {
        let over: Option<SayId> = self.routing.as_mut().and_then(|routing| routing.announcer.over(speech));
        match over {
            Some(id) => self.route_input(RouteInput::Said(id)),
            None => self.announcement_over(speech),
        }
    }

    /// What the caller said, while a route listens; given back where it does not.
    pub(super) fn route_hears(&mut self, leg: LegId, event: RecogniserEvent) -> Option<RecogniserEvent> {
        let listening = self.routing.as_ref().is_some_and(|routing| routing.hearing.is_some());
        if !listening || !self.is_customer(leg) {
            return Some(event);
        }
        match event {
            RecogniserEvent::Interim { text, .. } => {
                self.route_input(RouteInput::Heard { text, last: false })
            }
            RecogniserEvent::Final { text, .. } => self.route_input(RouteInput::Heard { text, last: true }),
            // Keys are still there.
            RecogniserEvent::Failed(error) => {
                self.provider_failed(&error);
                if let Some(routing) = &mut self.routing {
                    routing.hearing = None;
                }
            }
            RecogniserEvent::EndOfTurn { .. } | RecogniserEvent::TurnResumed => {}
        }
        None
    }

    /// The caller's voice began or ended.
    pub(super) fn route_voice(&mut self, active: bool) {
        let Some(routing) = &mut self.routing else { return };
        if let Some(hearing) = &routing.hearing {
            hearing.voice(active);
        }
        if let Some(message) = &mut routing.message {
            message.voiced |= active;
            message.line.voice(active);
        }
        self.route_input(RouteInput::Voice { active });
    }

    pub(super) fn route_answered(&mut self, answer: Option<Route>) {
        let input = answer.map_or(RouteInput::WebhookFailed, |route| {
            RouteInput::WebhookAnswered(Box::new(opening::past_hours(&self.context, &self.call.org, route)))
        });
        self.route_input(input);
    }

    /// Whom the caller was put through to cannot be reached: the route goes on.
    pub(super) fn route_unreachable(&mut self) {
        self.ringback(false);
        self.route_input(RouteInput::TargetFailed);
        self.hear_announcer();
    }

    /// Somebody else than the route put the caller through.
    pub(super) fn leave_route(&mut self, floor: &Floor) {
        let on_its_way = |routing: &Routing| !routing.machine.is_connected();
        if !matches!(floor, Floor::Nobody) && self.routing.as_ref().is_some_and(on_its_way) {
            self.routing = None;
        }
    }

    /// The row of an assistant, for what it was read.
    pub(super) fn assistant_read(&mut self, row: Option<Assistant>, wanted: Wanted) {
        match wanted {
            Wanted::Route => self.assistant_of_route(row),
            Wanted::Queue => self.assistant_of_queue(row),
            Wanted::Left { by, note } => self.assistant_of_person(row, by, note),
        }
    }

    /// The assistant that a route leads to, or nobody where it is not to be had.
    fn assistant_of_route(&mut self, found: Option<Assistant>) {
        let awaited = self.routing.as_ref().is_some_and(|routing| routing.machine.is_connected());
        // A person may have taken the caller meanwhile.
        if !awaited || !matches!(self.machine.floor().0, Floor::Nobody) {
            return;
        }
        let entered = found.is_some_and(|assistant| {
            let route = self.routing.take();
            let entered = self.assistant_enters(assistant);
            if !entered {
                self.routing = route;
            }
            entered
        });
        if !entered {
            self.route_unreachable();
        }
    }

    /// An assistant takes part from now on; `false` where it cannot be had.
    pub(super) fn assistant_enters(&mut self, assistant: Assistant) -> bool {
        let leg = self.context.ports.leg_ids.next();
        self.alerts.hears(&assistant);
        let talk = match self.open_talk(assistant.clone(), leg) {
            Ok(talk) => talk,
            Err(error) => {
                self.provider_failed(&error);
                return false;
            }
        };
        if !assistant.settings.record {
            self.context.ports.media.stop_recording(&self.call.id);
        }
        self.context.ports.media.open_speaker(&self.call.id, leg);
        self.speaker = Some(leg);
        self.call.assistant = Some(assistant.id.clone());
        self.assistant = Some(assistant);
        self.talk = Some(talk);
        self.start_hearing_customer();
        self.commit_call(EventBody::CallUpdated);
        self.input(Input::AssistantJoins { leg });
        true
    }

    fn with_announcer(&mut self, act: impl FnOnce(&mut Announcer)) {
        if let Some(routing) = &mut self.routing {
            act(&mut routing.announcer);
        }
    }

    /// Until the call machine has more to say about it, the caller hears the announcer alone.
    pub(super) fn hear_announcer(&mut self) {
        let pairs = self.hearing.clone();
        self.set_hearing(pairs);
    }

    /// Who hears whom: whoever hears the caller, and the caller, hear the announcer as well.
    pub(super) fn set_hearing(&mut self, mut pairs: Vec<(LegId, LegId)>) {
        self.hearing = pairs.clone();
        if let Some(routing) = self.routing.as_ref().filter(|routing| !routing.machine.is_connected()) {
            let mut listeners: Vec<LegId> = pairs.iter().map(|(listener, _)| *listener).collect();
            listeners.push(self.customer);
            listeners.sort_unstable();
            listeners.dedup();
            pairs.extend(listeners.into_iter().map(|listener| (listener, routing.announcer.leg)));
        }
        pairs.extend(self.announcer.as_ref().map(|announcer| (self.customer, announcer.leg)));
        self.context.ports.media.set_hearing(&self.call.id, pairs);
    }

    fn listen(&mut self, phrases: Vec<String>) {
        let Some(routing) = &mut self.routing else { return };
        let Some(recogniser) = routing.recogniser.clone().filter(|_| !phrases.is_empty()) else { return };
        let session = RecogniserSession {
            language: routing.language.clone(),
            sample_rate: SAMPLE_RATE,
            key_terms: phrases,
        };
        let tap = self.context.ports.media.tap(&self.call.id, self.customer);
        let line = HearingLine::open(recogniser, session, self.customer, tap, self.inbox.clone());
        line.pause(self.paused_until.is_some());
        routing.hearing = Some(line);
    }

    fn ask_for_route(&self, url: String, secret: Option<Pii<String>>) {
        let (webhook, inbox) = (self.context.ports.webhook.clone(), self.inbox.clone());
        let (id, at) = (format!("{}.{:032x}", self.call.id, self.context.ports.clock.random()), self.now());
        let body = json!({
            "type": "call.route",
            "call_id": self.call.id,
            "from": self.call.from.as_str(),
            "to": self.call.to.as_str(),
        });
        let signing = secret.map(|secret| Signing { id, at, secret });
        let work = async move {
            let mut answer = None;
            for _ in 0..TRIES {
                let asked = webhook.post_signed(&url, body.clone(), signing.clone());
                match tokio::time::timeout(ANSWER, asked).await {
                    Ok(Ok(text)) => {
                        answer = read_answer(&text);
                        break;
                    }
                    Ok(Err(error)) => tracing::warn!(%error, "a server did not answer with a route"),
                    Err(_) => tracing::warn!("a server did not answer with a route in time"),
                }
            }
            let _ = inbox.send(CallMessage::RouteAnswered(answer.map(Box::new)));
        };
        tokio::spawn(work.instrument(tracing::info_span!("route webhook")));
    }

    /// Reads an assistant's row; what comes of it is told in a message.
    pub(super) fn read_assistant(&self, id: AssistantId, wanted: Wanted) {
        let (store, org, inbox) =
            (self.context.ports.store.clone(), self.call.org.clone(), self.inbox.clone());
        tokio::spawn(async move {
            let found = store.assistant(&org, &id).await.ok().filter(|assistant| assistant.enabled);
            let _ = inbox.send(CallMessage::AssistantRead { row: found.map(Box::new), wanted });
        });
    }

    fn put_through_to_person(&mut self, user: &UserId) {
        let name = self.context.plan.read().user(user).map(|user| user.name.clone());
        match name.filter(|_| self.context.phones.reachable(user)) {
            Some(name) => self.put_through(PersonRef::User(user.clone()), name),
            None => self.route_unreachable(),
        }
    }

    fn put_through(&mut self, who: PersonRef, name: String) {
        self.with_announcer(Announcer::stop);
        self.ringback(true);
        self.transferred = true;
        self.input(Input::Connect { who, name });
    }
}

/// A server's answer: a route, or an object that has one.
fn read_answer(text: &str) -> Option<Route> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let (value, path) = match value.get("route") {
        Some(route) => (route, "route"),
        None => (&value, ""),
    };
    let read = Route::read(value, path);
    for finding in read.as_ref().err().into_iter().flatten() {
        tracing::warn!(path = finding.path, expected = finding.expected, "a server's route is refused");
    }
    read.ok()
}
