//! One task owns one call: it feeds the machines with what the ports report and carries out what they put out.

mod acts;
mod analysis;
mod announcer;
mod customer;
mod ending;
mod history;
mod machine_outputs;
mod people;
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
use tandem_call::{CallMachine, EndedBy, PersonRef};
use tandem_conversation::io::{ItemKey, ReplyId, SpeechId};
use tandem_foundation::{ItemId, LegId, UserId};
use tandem_routing::Route;
use tokio::sync::{mpsc, oneshot};

use crate::capacity::Channel;
use crate::context::Context;
use crate::exchange::{Act, Actor, ExchangeError, LiveCall};
use crate::journal::Journal;
use crate::lines::Taken;
use crate::ports::media::{LegQuality, MediaEvent};
use crate::ports::signalling::SignallingEvent;
use crate::ports::speech::{ModelEvent, ProviderError, RecogniserEvent};
use crate::queueing::QueueNews;
use crate::records::{
    Assistant, Call, CallStatus, FloorHolder, SipParty, SupervisionMode, TranscriptItem, TurnLatency,
};
use crate::terms::Wishes;
use announcer::Announcer;
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
    /// The assistant that a route leads to.
    AssistantFound(Option<Box<Assistant>>),
    /// A caller's message is on disk.
    MessageTaken(Taken),
    Act {
        at: Instant,
        actor: Actor,
        act: Act,
        reply: ActReply,
    },
    Queue(QueueNews),
    /// The row of an assistant who is to join; `None` where there is none to be had.
    AssistantRead(Option<Box<Assistant>>),
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

/// How the call begins.
#[derive(Debug)]
pub(crate) enum Beginning {
    /// We call.
    Outbound,
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
    /// The recording's file is whole, or there is none.
    recording_closed: bool,
    /// The recording is paused; until then at the longest.
    paused_until: Option<Instant>,
    /// When it was paused and resumed, in ms of the call.
    pauses: Vec<(i64, Option<i64>)>,
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
        let (customer, offer, person, routed) = match beginning {
            Beginning::Outbound => (context.ports.leg_ids.next(), None, None, None),
            Beginning::Inbound { leg, offer, person, routed } => (leg, Some(offer), person, routed),
        };
        context.registry.add_leg(customer, call.id.clone());
        if let Some(sip_call_id) = &call.sip_call_id {
            context.traces.name(sip_call_id, &call.org, &call.id, customer, SipParty::Customer);
        }
        let speaker = assistant.is_some().then(|| context.ports.leg_ids.next());
        let inbound = offer.is_some();
        let wishes = {
            let plan = context.plan.read();
            let trunk = call.trunk.as_ref().and_then(|id| plan.trunk(&call.org, id));
            trunk.map_or_else(Wishes::default, Wishes::of_trunk)
        };
        let wishes = wishes.certified(context.ports.media.fingerprint());
        let task = Self {
            machine: CallMachine::new(customer, speaker),
            legs: HashMap::from([(customer, LegKind::Customer)]),
            channels: channel.map(|channel| (customer, channel)).into_iter().collect(),
            rtp_addresses: HashMap::new(),
            described: HashMap::new(),
            offer: offer.flatten(),
            person,
            queue: None,
            announcer: None,
            announced_words: 0,
            last_failure: None,
            disposition: None,
            routed,
            routing: None,
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
            recording_closed: true,
            paused_until: None,
            pauses: Vec::new(),
        };
        // Everything that is done for the call is done within its span, whichever task does it.
        let span = tracing::info_span!("call", id = %task.call.id, inbound);
        tokio::spawn(task.run(messages, inbound).instrument(span));
    }

    async fn run(mut self, mut messages: mpsc::UnboundedReceiver<CallMessage>, inbound: bool) {
        let id = self.call.id.clone();
        tracing::info!(
            assistant = self.call.assistant.as_ref().map(tracing::field::display),
            "a call begins"
        );
        if inbound {
            self.begin_inbound()
        } else {
            self.begin_outbound()
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
            CallMessage::AssistantFound(found) => self.assistant_found(found.map(|found| *found)),
            CallMessage::MessageTaken(taken) => self.message_taken(taken),
            CallMessage::VoiceReady { speech, length_ms, words } => {
                self.voice_ready(speech, length_ms, words)
            }
            CallMessage::VoiceFailed { speech, error } => self.voice_failed(speech, &error),
            CallMessage::Model { reply, event } => self.model_event(reply, event),
            CallMessage::ModelUnreachable { reply, error } => self.model_unreachable(reply, &error),
            CallMessage::ToolDone { id, name, content, ok } => self.tool_done(id, name, content, ok),
            CallMessage::BrowserGone { leg } => self.person_leg_gone(leg, true),
            CallMessage::Act { at, actor, act, reply } => {
                let result = self.act(at, &actor, act);
                self.drain();
                self.answer_act(result, reply);
            }
            CallMessage::Queue(news) => self.queue_news(news),
            CallMessage::AssistantRead(row) => self.assistant_read(row),
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
        machine.into_iter().chain(talk).chain(route).chain(self.paused_until).chain(alone).min()
    }

    fn tick(&mut self) {
        let now = Instant::now();
        self.machine.tick(now);
        self.end_long_pause(now);
        self.end_if_alone(now);
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
