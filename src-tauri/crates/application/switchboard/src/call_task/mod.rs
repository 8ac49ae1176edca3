//! One task owns one call: it feeds the machines with what the ports report and carries out what they put out.

mod acts;
mod alerts;
mod analysis;
mod announcer;
mod callback;
mod cards;
mod conferences;
mod customer;
mod dialled;
mod ending;
mod history;
mod hold;
mod keep_place;
mod leaving;
mod machine_outputs;
mod people;
mod picking_up;
mod queueing;
mod recording;
mod routing;
mod talk;
mod talk_outputs;
mod transfers;
mod voicemail;
mod waiting;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tandem_call::{CallMachine, EndedBy, Input, PersonRef};
use tandem_conversation::io::{ItemKey, ReplyId, SpeechId};
use tandem_foundation::{ItemId, LegId, UserId};
use tandem_routing::Route;
use tokio::sync::{mpsc, oneshot};

use crate::capacity::Channel;
use crate::conferencing::ConferenceNews;
use crate::context::Context;
use crate::exchange::{Act, Actor, ExchangeError, LiveCall};
use crate::journal::Journal;
use crate::lines::Taken;
use crate::ports::media::{LegQuality, MediaEvent};
use crate::ports::signalling::SignallingEvent;
use crate::ports::speech::{ModelEvent, ProviderError, RecogniserEvent};
use crate::queueing::{self as waiting_room, QueueNews};
use crate::records::{
    Assistant, Call, CallStatus, FloorHolder, SipParty, SupervisionMode, TranscriptItem, TurnLatency,
};
use crate::terms::Wishes;
use announcer::Announcer;
pub(crate) use callback::{CallingBack, Line};
use conferences::InConference;
pub(crate) use conferences::ToConference;
pub(crate) use dialled::{Dialled, DiallingPhone};
pub(crate) use picking_up::PickUp;
use queueing::InQueue;
pub(crate) use routing::Routed;
use routing::Routing;
use talk::Talk;
use tracing::Instrument;

/// Where messages for a call go.
pub(crate) type Inbox = mpsc::UnboundedSender<CallMessage>;

/// Who holds the floor after an act, or why it was refused.
type ActReply = oneshot::Sender<Result<(FloorHolder, i64), ExchangeError>>;

/// Anything that may concern a call.
#[derive(Debug)]
pub(crate) enum CallMessage {
    Signalling(SignallingEvent),
    Media(MediaEvent),
    Heard {
        leg: LegId,
        event: RecogniserEvent,
    },
    VoiceReady {
        speech: SpeechId,
        length_ms: u32,
        words: Vec<(usize, u32)>,
    },
    VoiceFailed {
        speech: SpeechId,
        error: ProviderError,
    },
    Model {
        reply: ReplyId,
        event: ModelEvent,
    },
    ModelUnreachable {
        reply: ReplyId,
        error: ProviderError,
    },
    ToolDone {
        id: String,
        name: String,
        content: String,
        ok: bool,
    },
    BrowserGone {
        leg: LegId,
    },
    /// A prompt could not be said.
    Announced {
        speech: SpeechId,
    },
    /// What a server answered that was asked for a route, if it was one.
    RouteAnswered(Option<Box<Route>>),
    /// A caller's message is on disk.
    MessageTaken(Taken),
    Act {
        at: Instant,
        actor: Actor,
        act: Act,
        reply: ActReply,
    },
    Queue(QueueNews),
    /// A person goes on with the call on another phone.
    PickUp(PickUp),
    Conference(ConferenceNews),
    /// The row of an assistant who is to take part; `None` where there is none to be had.
    AssistantRead {
        row: Option<Box<Assistant>>,
        /// What it is wanted for.
        wanted: Wanted,
    },
    /// Whether a caller's place is kept.
    PlaceKept(bool),
    /// Whether a customer who is called back may be dialled.
    CallbackClaimed(Result<Line, waiting_room::Dialled>),
    /// The callback that this call is for is not to be made.
    CallbackOff,
    /// An agent has said what comes of the call.
    Disposed(String),
    Snapshot(oneshot::Sender<LiveCall>),
    Transcript(oneshot::Sender<Vec<TranscriptItem>>),
    /// The server stops now.
    Shutdown,
}

/// What a leg of the call is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum LegKind {
    Customer,
    /// A person's leg; `sip`: it has a dialog of its own.
    Person {
        who: PersonRef,
        sip: bool,
    },
}

/// What an assistant is to take part for.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// A route leads to it.
    Route,
    /// To take a caller of a queue, or to keep them company.
    Queue,
    /// A person leaves the customer to it.
    Left { by: UserId, note: Option<tandem_foundation::Pii<String>> },
}

/// What a call does first.
enum First {
    Outbound,
    Inbound,
    /// One of ours calls.
    Dialled(Dialled),
    /// Agents are asked to call somebody back.
    Callback(CallingBack),
}

/// How the call begins.
#[derive(Debug)]
pub(crate) enum Beginning {
    /// We call.
    Outbound,
    /// One of ours calls.
    Dialled(Dialled),
    /// We call somebody into a conference.
    IntoConference(Box<ToConference>),
    /// We call once an agent is there.
    Callback(CallingBack),
    /// They call: their leg, their offer if they made one, and the person it is for or the route it takes (else the
    /// assistant).
    Inbound { leg: LegId, offer: Option<Bytes>, person: Option<UserId>, routed: Option<Box<Routed>> },
}

/// The latest takeover, for its two times.
#[derive(Debug)]
struct Takeover {
    asked: Instant,
    by: UserId,
    silenced: bool,
    audible: bool,
}

/// State of one call.
pub(crate) struct CallTask {
    context: Arc<Context>,
    inbox: Inbox,
    journal: Journal,
    call: Call,
    assistant: Option<Assistant>,
    machine: CallMachine,
    customer: LegId,
    /// What the customer's audio is to be like: their trunk's settings.
    wishes: Wishes,
    speaker: Option<LegId>,
    legs: HashMap<LegId, LegKind>,
    /// The trunks' channels that legs hold.
    channels: HashMap<LegId, Channel>,
    /// Where each RTP leg of ours listens.
    rtp_addresses: HashMap<LegId, SocketAddr>,
    /// What each leg's peer was told last of our side.
    described: HashMap<LegId, Bytes>,
    /// Inbound offer, kept until we answer.
    offer: Option<Bytes>,
    /// Whom an inbound call without an assistant is for.
    person: Option<UserId>,
    queue: Option<InQueue>,
    conference: Option<InConference>,
    /// The callback that this call is for.
    calling_back: Option<CallingBack>,
    /// They were told that they may be called back.
    callback_offered: bool,
    keeping: Option<keep_place::Keeping>,
    /// A person leaves the customer to a queue, which has not answered yet.
    leaving: Option<leaving::Leaving>,
    /// Tells a customer who waits where they stand.
    announcer: Option<Announcer>,
    /// How many sentences it has been given.
    announced_words: u64,
    /// SIP status of the leg of ours that failed last.
    last_failure: Option<u16>,
    /// What an agent said came of the call.
    disposition: Option<String>,
    /// A route that begins when the call is answered.
    routed: Option<Box<Routed>>,
    routing: Option<Routing>,
    dialling: dialled::Dialling,
    /// Since when the customer is on hold.
    held_since: Option<Instant>,
    /// Where the outbox was last told that the call is.
    announced_status: CallStatus,
    /// Who hears whom, by the call machine.
    hearing: Vec<(LegId, LegId)>,
    message_left: bool,
    talk: Option<Talk>,
    answered: Option<Instant>,
    /// When each leg's voice last began and ended.
    voiced: HashMap<LegId, (Instant, Instant)>,
    items: Vec<TranscriptItem>,
    item_ids: HashMap<ItemKey, ItemId>,
    /// Positions up to this one are an earlier assistant's.
    items_before: i64,
    latencies: HashMap<ItemKey, TurnLatency>,
    supervisors: Vec<(UserId, String, SupervisionMode)>,
    quality: Option<LegQuality>,
    takeover: Option<Takeover>,
    transfers: transfers::Transfers,
    opted_out: bool,
    /// A person took part, or was sent for.
    transferred: bool,
    end_reason: Option<String>,
    ended_by: Option<EndedBy>,
    over: bool,
    /// Nothing of it was ever written down, nor is to be.
    unwritten: bool,
    /// The recording's file is whole, or there is none.
    recording_closed: bool,
    /// The recording is paused; until then at the longest.
    paused_until: Option<Instant>,
    /// When it was paused and resumed, in ms of the call.
    pauses: Vec<(i64, Option<i64>)>,
    /// Nobody asked for the pause.
    paused_for_card: bool,
    /// The route or the queue wants no recording.
    unrecorded: bool,
    keyed: cards::Keyed,
    alerts: alerts::Alerts,
}

impl CallTask {
    /// Starts the task of a call whose row is committed already.
    pub fn spawn(
        context: Arc<Context>,
        journal: Journal,
        call: Call,
        assistant: Option<Assistant>,
        beginning: Beginning,
        channel: Option<Channel>,
    ) {
        let (inbox, messages) = mpsc::unbounded_channel();
        let address = crate::registry::CallAddress { org: call.org.clone(), inbox: inbox.clone() };
        context.registry.add_call(call.id.clone(), address);
        let mut into = None;
        let mut first = First::Outbound;
        let (customer, offer, person, routed) = match beginning {
            Beginning::Outbound => (context.ports.leg_ids.next(), None, None, None),
            Beginning::Dialled(dialled) => {
                first = First::Dialled(dialled);
                (context.ports.leg_ids.next(), None, None, None)
            }
            Beginning::IntoConference(to) => {
                into = Some(InConference::awaits_answer(*to));
                (context.ports.leg_ids.next(), None, None, None)
            }
            Beginning::Callback(calling) => {
                first = First::Callback(calling);
                (context.ports.leg_ids.next(), None, None, None)
            }
            Beginning::Inbound { leg, offer, person, routed } => (leg, Some(offer), person, routed),
        };
        context.registry.add_leg(customer, call.id.clone());
        if let Some(sip_call_id) = &call.sip_call_id {
            context.traces.name(sip_call_id, &call.org, &call.id, customer, SipParty::Customer);
        }
        let speaker = assistant.is_some().then(|| context.ports.leg_ids.next());
        let inbound = offer.is_some();
        let first = if inbound { First::Inbound } else { first };
        let wishes = {
            let plan = context.plan.read();
            let trunk = call.trunk.as_ref().and_then(|id| plan.trunk(&call.org, id));
            trunk.map_or_else(Wishes::default, Wishes::of_trunk)
        };
        let wishes = wishes.certified(context.ports.media.fingerprint());
        let alerts = alerts::Alerts::new(context.plan.read().alerts(&call.org), assistant.as_ref());
        let task = Self {
            machine: CallMachine::new(customer, speaker),
            legs: HashMap::from([(customer, LegKind::Customer)]),
            channels: channel.map(|channel| (customer, channel)).into_iter().collect(),
            rtp_addresses: HashMap::new(),
            described: HashMap::new(),
            offer: offer.flatten(),
            person,
            queue: None,
            conference: into,
            calling_back: None,
            callback_offered: false,
            keeping: None,
            leaving: None,
            announcer: None,
            announced_words: 0,
            last_failure: None,
            disposition: None,
            routed,
            routing: None,
            dialling: dialled::Dialling::default(),
            held_since: None,
            announced_status: call.status,
            hearing: Vec::new(),
            message_left: false,
            context,
            inbox,
            journal,
            call,
            assistant,
            customer,
            wishes,
            speaker,
            talk: None,
            answered: None,
            voiced: HashMap::new(),
            items: Vec::new(),
            item_ids: HashMap::new(),
            items_before: 0,
            latencies: HashMap::new(),
            supervisors: Vec::new(),
            quality: None,
            takeover: None,
            transfers: transfers::Transfers::default(),
            opted_out: false,
            transferred: false,
            end_reason: None,
            ended_by: None,
            over: false,
            unwritten: false,
            recording_closed: true,
            paused_until: None,
            pauses: Vec::new(),
            paused_for_card: false,
            unrecorded: false,
            keyed: cards::Keyed::default(),
            alerts,
        };
        // Everything that is done for the call is done within its span, whichever task does it.
        let span = tracing::info_span!("call", id = %task.call.id, inbound);
        tokio::spawn(task.run(messages, first).instrument(span));
    }

    async fn run(mut self, mut messages: mpsc::UnboundedReceiver<CallMessage>, first: First) {
        let id = self.call.id.clone();
        tracing::info!(
            assistant = self.call.assistant.as_ref().map(tracing::field::display),
            "a call begins"
        );
        match first {
            First::Dialled(dialled) => self.begin_dialled(dialled),
            First::Callback(calling) => self.begin_callback(calling),
            First::Inbound => self.begin_inbound(),
            First::Outbound => self.begin_outbound(),
        }
        self.drain();
        while !self.over {
            let deadline = self.next_deadline();
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => self.take(message),
                    None => break,
                },
                () = sleep_until(deadline) => self.tick(),
            }
            self.drain();
        }
        self.finish(&mut messages).await;
        tracing::debug!(call = %id, "call task ended");
    }

    fn take(&mut self, message: CallMessage) {
        match message {
            CallMessage::Signalling(event) => self.signalling(event),
            CallMessage::Media(event) => self.media(event),
            CallMessage::Heard { leg, event } => {
                if let Some(event) = self.route_hears(leg, event) {
                    self.heard(leg, event);
                }
            }
            CallMessage::Announced { speech } => self.announced(speech),
            CallMessage::RouteAnswered(route) => self.route_answered(route.map(|route| *route)),
            CallMessage::MessageTaken(taken) => self.message_taken(taken),
            CallMessage::VoiceReady { speech, length_ms, words } => {
                self.voice_ready(speech, length_ms, words)
            }
            CallMessage::VoiceFailed { speech, error } => self.voice_failed(speech, &error),
            CallMessage::Model { reply, event } => self.model_event(reply, event),
            CallMessage::ModelUnreachable { reply, error } => self.model_unreachable(reply, &error),
            CallMessage::ToolDone { id, name, content, ok } => self.tool_done(id, name, content, ok),
            CallMessage::BrowserGone { leg } if leg == self.customer => self.input(Input::CustomerGone),
            CallMessage::BrowserGone { leg } => self.person_leg_gone(leg, true),
            CallMessage::Act { actor, act: Act::JoinConference(request), reply, .. } => {
                self.asked_to_join(&actor, request, reply);
            }
            CallMessage::Act { at, actor, act, reply } => {
                let result = self.act(at, &actor, act);
                self.drain();
                self.answer_act(result, reply);
            }
            CallMessage::PickUp(pick_up) => self.pick_up(pick_up),
            CallMessage::Queue(news) => self.queue_news(news),
            CallMessage::Conference(news) => self.conference_news(news),
            CallMessage::AssistantRead { row, wanted } => self.assistant_read(row.map(|row| *row), wanted),
            CallMessage::PlaceKept(kept) => self.place_kept(kept),
            CallMessage::CallbackClaimed(claimed) => self.callback_claimed(claimed),
            CallMessage::CallbackOff => self.callback_off(),
            CallMessage::Disposed(disposition) => self.disposition = Some(disposition),
            CallMessage::Snapshot(reply) => drop(reply.send(self.snapshot())),
            CallMessage::Transcript(reply) => drop(reply.send(self.items.clone())),
            CallMessage::Shutdown => self.shut_down(),
        }
    }

    /// Whoever is told that it is done may read it at once.
    fn answer_act(&self, result: Result<(), ExchangeError>, reply: ActReply) {
        let answer = result.map(|()| (self.call.floor.clone(), self.call.floor_version));
        let journal = self.journal.clone();
        tokio::spawn(async move {
            if answer.is_ok() {
                journal.settled().await;
            }
            let _ = reply.send(answer);
        });
    }

    fn next_deadline(&self) -> Option<Instant> {
        let machine = self.machine.next_deadline().map(|(at, _)| at);
        let talk = self.talk.as_ref().and_then(Talk::next_deadline);
        let alone = self.transfers.next_deadline();
        let route = self.routing.as_ref().and_then(Routing::next_deadline);
        let rings = self.dialling.next_deadline();
        let alerts = self.alerts.next_deadline();
        machine
            .into_iter()
            .chain(talk)
            .chain(route)
            .chain(self.paused_until)
            .chain(alone)
            .chain(rings)
            .chain(alerts)
            .min()
    }

    fn tick(&mut self) {
        let now = Instant::now();
        self.machine.tick(now);
        self.end_long_pause(now);
        self.end_if_alone(now);
        self.end_long_ringing(now);
        self.alerts.tick(now);
        if let Some(routing) = &mut self.routing {
            routing.tick(now);
        }
        if let Some(talk) = &mut self.talk {
            talk.conversation.tick(now);
        }
    }

    /// Carries out everything that the machines have put out, until both are silent.
    fn drain(&mut self) {
        loop {
            if let Some(output) = self.machine.poll_output() {
                self.machine_output(output);
            } else if let Some(output) = self.talk.as_mut().and_then(|talk| talk.conversation.poll_output()) {
                self.talk_output(output);
            } else if let Some(output) = self.routing.as_mut().and_then(Routing::poll_output) {
                self.route_output(output);
            } else {
                break;
            }
        }
        self.look_after_alerts();
        if let Some(by) = self.ended_by.take() {
            self.close_call(&by);
            self.over = true;
        }
    }

    /// Milliseconds since the call was answered: the clock of transcript and recording.
    fn offset_ms(&self, at: Instant) -> i64 {
        let Some(answered) = self.answered else { return 0 };
        i64::try_from(at.saturating_duration_since(answered).as_millis()).unwrap_or(i64::MAX)
    }
}

pub(crate) async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
