//! The phone: registers, answers, and connects the call's audio with the sound card.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use tandem_foundation::{CallId, LegId, Pii, TrunkId};
use tandem_switchboard::ports::media::{Media, MediaEvent};
use tandem_switchboard::ports::signalling::{
    LegIds, Signalling, SignallingCommand, SignallingEvent, Transport, TrunkAccount, TrunkState,
};
use tandem_switchboard::terms;
use tokio::sync::{mpsc, watch};

use crate::sound::{Choice, Flow, Sound};
use crate::status::{Account, PhoneState, PhoneStatus};

/// How the exchange is known to the signalling side.
const EXCHANGE: &str = "exchange";
/// Registrations are asked for this long, in seconds.
const REGISTER_S: u32 = 120;
/// An exchange that sends no packet of a call for so many seconds has forgotten the call.
const SILENCE_S: u32 = 30;

/// The phone's own signalling and media: nothing of the exchange's.
#[derive(Clone)]
pub struct PhonePorts {
    pub signalling: Arc<dyn Signalling>,
    pub media: Arc<dyn Media>,
    pub leg_ids: Arc<LegIds>,
}

impl std::fmt::Debug for PhonePorts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PhonePorts").finish_non_exhaustive()
    }
}

/// The desktop's phone.
#[derive(Debug)]
pub struct Softphone {
    ports: PhonePorts,
    sound: Arc<Sound>,
    state: watch::Sender<PhoneState>,
    inner: Mutex<Inner>,
}

/// A registration and at most one call.
#[derive(Debug)]
struct Inner {
    registration: PhoneStatus,
    detail: Option<String>,
    line: Option<Line>,
}

/// A call on the phone; it rings until there is `talk`.
#[derive(Debug)]
struct Line {
    leg: LegId,
    room: CallId,
    offer: Option<Bytes>,
    talk: Option<Talk>,
}

/// The sound of an answered call.
#[derive(Debug)]
struct Talk {
    local: SocketAddr,
    _flow: Flow,
}

impl Softphone {
    /// Starts the phone, not yet registered anywhere. Must be called inside of a tokio runtime.
    pub fn start(
        ports: PhonePorts,
        sound: Arc<Sound>,
        mut signalling: mpsc::UnboundedReceiver<SignallingEvent>,
        mut media: mpsc::UnboundedReceiver<MediaEvent>,
    ) -> Arc<Self> {
        let state = PhoneState { muted: sound.is_muted(), ..PhoneState::default() };
        let inner = Inner { registration: PhoneStatus::Off, detail: None, line: None };
        let phone =
            Arc::new(Self { ports, sound, state: watch::Sender::new(state), inner: Mutex::new(inner) });
        let events = phone.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    event = signalling.recv() => match event {
                        Some(event) => events.signalling(event),
                        None => return,
                    },
                    Some(event) = media.recv() => events.media(&event),
                }
            }
        });
        phone
    }

    /// The state now and every change of it.
    pub fn watch(&self) -> watch::Receiver<PhoneState> {
        self.state.subscribe()
    }

    /// The state now.
    pub fn state(&self) -> PhoneState {
        self.state.borrow().clone()
    }

    /// The sound card.
    pub fn sound(&self) -> &Arc<Sound> {
        &self.sound
    }

    /// Registers with an exchange, in place of a former one.
    pub fn connect(&self, account: Account) {
        let mut inner = self.inner.lock();
        if inner.registration != PhoneStatus::Off {
            // The same account again must register again, not be taken for one that is registered already.
            self.ports.signalling.send(SignallingCommand::SetTrunks(Vec::new()));
        }
        (inner.registration, inner.detail) = (PhoneStatus::Connecting, None);
        self.ports.signalling.send(SignallingCommand::SetTrunks(vec![TrunkAccount {
            id: TrunkId::from(EXCHANGE),
            host: account.registrar,
            transport: Transport::Udp,
            domain: Some(account.domain),
            credentials: Some((account.name, Pii::new(account.password))),
            register: Some(REGISTER_S),
            // Nobody rings this phone but the registrar itself, from its own address and port.
            accept_from: Vec::new(),
            options_every: 0,
        }]));
        self.show(&inner);
    }

    /// Hangs up and takes the registration back.
    pub fn disconnect(&self) {
        self.hang_up();
        let mut inner = self.inner.lock();
        self.ports.signalling.send(SignallingCommand::SetTrunks(Vec::new()));
        (inner.registration, inner.detail) = (PhoneStatus::Off, None);
        self.show(&inner);
    }

    /// Chooses sound devices; a call in progress moves to them.
    pub fn select(&self, choice: Choice) {
        self.sound.select(choice);
        self.show(&self.inner.lock());
    }

    /// Stops sending what the microphone hears, or sends it again.
    pub fn mute(&self, muted: bool) {
        self.sound.mute(muted);
        self.show(&self.inner.lock());
    }

    /// Answers the call that rings.
    pub fn answer(&self) {
        let mut inner = self.inner.lock();
        let Some(line) = inner.line.as_mut().filter(|line| line.talk.is_none()) else { return };
        let leg = line.leg;
        self.ports.signalling.send(match self.connect_line(line) {
            Ok(answer) => SignallingCommand::Answer { leg, answer },
            Err(code) => SignallingCommand::Reject { leg, code, retry_after: None },
        });
        self.show(&inner);
    }

    /// Ends the call, or refuses the one that rings.
    pub fn hang_up(&self) {
        let leg = self.inner.lock().line.as_ref().map(|line| line.leg);
        if let Some(leg) = leg {
            self.ports.signalling.send(SignallingCommand::Hangup { leg, cause: None });
        }
    }

    fn connect_line(&self, line: &mut Line) -> Result<Bytes, u16> {
        let media = &self.ports.media;
        let offer = line.offer.take().ok_or(488_u16)?;
        media.open_room(&line.room);
        let interface = self.ports.signalling.local_address().ip();
        let local = media.open_rtp_leg(&line.room, line.leg, interface).map_err(|_| 503_u16)?;
        let (answer, negotiated) = terms::answer(&offer, local, line.leg.0)?;
        media.connect(&line.room, line.leg, negotiated);
        let ear = self.ports.leg_ids.next();
        let link = media.open_audio_link(&line.room, ear);
        media.set_hearing(&line.room, vec![(line.leg, ear), (ear, line.leg)]);
        line.talk = Some(Talk { local, _flow: self.sound.flow(link.to_room, link.from_room) });
        Ok(answer)
    }

    fn signalling(&self, event: SignallingEvent) {
        match event {
            SignallingEvent::Trunk { state, .. } => self.registration(state),
            SignallingEvent::Incoming { leg, offer, headers, .. } => self.incoming(leg, offer, &headers),
            SignallingEvent::Reoffered { leg, offer } => self.reoffered(leg, offer),
            SignallingEvent::Ended { leg, .. } | SignallingEvent::Failed { leg, .. } => self.over(leg),
            // The exchange moves calls itself; nobody else has a say here.
            SignallingEvent::ReferRequested { leg, .. } => {
                self.ports.signalling.send(SignallingCommand::RefuseRefer { leg, code: 603 });
            }
            _ => {}
        }
    }

    fn media(&self, event: &MediaEvent) {
        if let MediaEvent::RtpTimeout { silent_s, .. } = event
            && *silent_s >= SILENCE_S
        {
            self.hang_up();
        }
    }

    fn registration(&self, state: TrunkState) {
        let mut inner = self.inner.lock();
        if inner.registration == PhoneStatus::Off {
            // News of an account that was taken back meanwhile.
            return;
        }
        match state {
            TrunkState::Registered { .. } => (inner.registration, inner.detail) = (PhoneStatus::Ready, None),
            // A registration that is renewed is no news.
            TrunkState::Registering if inner.registration == PhoneStatus::Failed => {
                (inner.registration, inner.detail) = (PhoneStatus::Connecting, None);
            }
            TrunkState::Failed { code, reason, .. } => {
                let silent = matches!(code, None | Some(408 | 503));
                let detail = if silent { "offline".to_owned() } else { reason };
                (inner.registration, inner.detail) = (PhoneStatus::Failed, Some(detail));
            }
            _ => {}
        }
        self.show(&inner);
    }

    fn incoming(&self, leg: LegId, offer: Option<Bytes>, headers: &[(String, String)]) {
        let mut inner = self.inner.lock();
        if inner.line.is_some() {
            self.ports.signalling.send(SignallingCommand::Reject { leg, code: 486, retry_after: None });
            return;
        }
        let room = CallId::new(format!("softphone_{}", leg.0));
        inner.line = Some(Line { leg, room, offer, talk: None });
        self.ports.signalling.send(SignallingCommand::Progress { leg, code: 180, answer: None });
        self.show(&inner);
        drop(inner);
        if headers.iter().any(asks_to_be_answered) {
            self.answer();
        }
    }

    fn reoffered(&self, leg: LegId, offer: Option<Bytes>) {
        let inner = self.inner.lock();
        let Some(line) = inner.line.as_ref().filter(|line| line.leg == leg) else { return };
        let local = line.talk.as_ref().map(|talk| talk.local);
        let answered = offer.zip(local).and_then(|(offer, local)| terms::answer(&offer, local, leg.0).ok());
        self.ports.signalling.send(match answered {
            Some((answer, negotiated)) => {
                self.ports.media.connect(&line.room, leg, negotiated);
                SignallingCommand::AcceptReoffer { leg, answer }
            }
            None => SignallingCommand::RefuseReoffer { leg, code: 488 },
        });
    }

    fn over(&self, leg: LegId) {
        let mut inner = self.inner.lock();
        if let Some(line) = inner.line.take_if(|line| line.leg == leg) {
            self.ports.media.close_room(&line.room);
            self.show(&inner);
        }
    }

    /// Says what there is: the call if there is one, else the registration.
    fn show(&self, inner: &Inner) {
        let (status, detail) = match &inner.line {
            Some(line) if line.talk.is_some() => (PhoneStatus::InCall, None),
            Some(_) => (PhoneStatus::Ringing, None),
            None => (inner.registration, inner.detail.clone()),
        };
        let Choice { input, output, plain } = self.sound.choice();
        let now = PhoneState { status, detail, input, output, plain, muted: self.sound.is_muted() };
        self.state.send_if_modified(|state| {
            let changed = *state != now;
            *state = now;
            changed
        });
    }
}

/// The exchange connects a person to a call they asked for, so it must not ring: `Call-Info: <…>;answer-after=0`.
fn asks_to_be_answered((name, value): &(String, String)) -> bool {
    name.eq_ignore_ascii_case("Call-Info")
        && value.split(';').any(|parameter| parameter.replace(' ', "").eq_ignore_ascii_case("answer-after=0"))
}
