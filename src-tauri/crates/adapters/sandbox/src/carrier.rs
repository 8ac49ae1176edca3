//! The carrier: takes the exchange's calls and places calls into it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tandem_foundation::{CallId, LegId, Pii, TrunkId};
use tandem_switchboard::ports::media::{Media, MediaEvent};
use tandem_switchboard::ports::signalling::{
    Destination, LegIds, Signalling, SignallingCommand, SignallingEvent,
};
use tandem_switchboard::ports::speech::{Recogniser, Voice};
use tandem_switchboard::terms;
use tokio::sync::mpsc;

use crate::customer_call::{CallEvent, CustomerCall};
use crate::customers::{Behaviour, Customer, Customers};
use crate::line::Line;

/// The carrier's own signalling, media and speech: nothing of the exchange's.
#[derive(Clone)]
pub struct CarrierPorts {
    pub signalling: Arc<dyn Signalling>,
    pub media: Arc<dyn Media>,
    pub voice: Arc<dyn Voice>,
    /// For the few customers who act on words.
    pub recogniser: Arc<dyn Recogniser>,
    pub leg_ids: Arc<LegIds>,
    /// The carrier's trunk towards the exchange, for calls into it.
    pub exchange: TrunkId,
    /// Where to record what each customer hears (left) and says (right); `None`: nowhere.
    pub recordings: Option<PathBuf>,
}

impl std::fmt::Debug for CarrierPorts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CarrierPorts").finish_non_exhaustive()
    }
}

/// A running pretend carrier.
#[derive(Debug)]
pub struct Carrier {
    pub(crate) ports: CarrierPorts,
    customers: Customers,
    calls: Mutex<HashMap<LegId, mpsc::UnboundedSender<CallEvent>>>,
}

impl Carrier {
    /// Starts to answer; ends when the ports close their channels.
    pub fn start(
        ports: CarrierPorts,
        customers: Customers,
        mut signalling: mpsc::UnboundedReceiver<SignallingEvent>,
        mut media: mpsc::UnboundedReceiver<MediaEvent>,
    ) -> Arc<Self> {
        let carrier = Arc::new(Self { ports, customers, calls: Mutex::default() });
        let for_media = carrier.clone();
        tokio::spawn(async move {
            while let Some(event) = media.recv().await {
                for_media.media(event);
            }
        });
        let for_signalling = carrier.clone();
        tokio::spawn(async move {
            while let Some(event) = signalling.recv().await {
                for_signalling.clone().signalling(event);
            }
        });
        carrier
    }

    /// Customers with a name.
    pub fn customers(&self) -> &[Customer] {
        self.customers.known()
    }

    /// A customer calls the exchange; answers at once with the call's SIP Call-ID, the call goes its way.
    pub fn call_in(self: &Arc<Self>, from: &str, to: &str) -> String {
        let leg = self.ports.leg_ids.next();
        let call_id = format!("{:032x}@sandbox", rand::random::<u128>());
        let behaviour = self.customers.calling(from);
        let room = room(leg);
        self.ports.media.open_room(&room);
        let interface = self.ports.signalling.local_address().ip();
        let line = Line::open(self.ports.media.as_ref(), &room, leg, interface, behaviour.line);
        let Some(line) = line else { return call_id };
        let local = line.local;
        self.begin(leg, behaviour, from, Beginning::Placed { line });
        let name = self.customers.known().iter().find(|customer| customer.number == from);
        self.ports.signalling.send(SignallingCommand::Invite {
            leg,
            to: Destination::Trunk { trunk: self.ports.exchange.clone(), number: Pii::from(to) },
            from: Pii::from(from),
            display_name: name.map(|customer| Pii::new(customer.name.clone())),
            offer: terms::offer(local, leg.0),
            web_offer: None,
            secure_offer: None,
            headers: Vec::new(),
            call_id: Some(call_id.clone()),
            ring_timeout: Duration::from_secs(60),
        });
        call_id
    }

    fn signalling(self: Arc<Self>, event: SignallingEvent) {
        match event {
            SignallingEvent::Incoming { leg, to, offer, .. } => self.called(leg, &to, offer),
            SignallingEvent::Answered { leg, answer } => self.to_call(leg, CallEvent::Answered(answer)),
            SignallingEvent::Reoffered { leg, offer } => self.to_call(leg, CallEvent::Reoffered(offer)),
            SignallingEvent::Failed { leg, .. } | SignallingEvent::Ended { leg, .. } => {
                self.to_call(leg, CallEvent::Ended);
            }
            SignallingEvent::ReferRequested { leg, .. } => {
                self.ports.signalling.send(SignallingCommand::RefuseRefer { leg, code: 603 });
            }
            _ => {}
        }
    }

    fn called(self: &Arc<Self>, leg: LegId, to: &Pii<String>, offer: Option<Bytes>) {
        let behaviour = self.customers.called(to.as_str());
        self.ports.media.open_room(&room(leg));
        self.begin(leg, behaviour, to.as_str(), Beginning::Called { offer });
    }

    fn begin(self: &Arc<Self>, leg: LegId, behaviour: Behaviour, number: &str, beginning: Beginning) {
        let (events, inbox) = mpsc::unbounded_channel();
        self.calls.lock().insert(leg, events);
        let (line, offer) = match beginning {
            Beginning::Placed { line } => (Some(line), None),
            Beginning::Called { offer } => (None, Some(offer)),
        };
        let call = CustomerCall::new(self.clone(), leg, room(leg), behaviour, number, line);
        let carrier = self.clone();
        tokio::spawn(async move {
            call.run(inbox, offer).await;
            carrier.calls.lock().remove(&leg);
            carrier.ports.media.close_room(&room(leg));
        });
    }

    fn media(&self, event: MediaEvent) {
        let (room, notice) = match event {
            MediaEvent::VoiceStarted { room, at, .. } => (room, CallEvent::VoiceStarted(at)),
            MediaEvent::VoiceStopped { room, at, .. } => (room, CallEvent::VoiceStopped(at)),
            MediaEvent::SpeechStopped { room, .. } => (room, CallEvent::Said),
            _ => return,
        };
        if let Some(leg) = room.as_str().strip_prefix("sandbox_").and_then(|leg| leg.parse().ok()) {
            self.to_call(LegId(leg), notice);
        }
    }

    fn to_call(&self, leg: LegId, event: CallEvent) {
        if let Some(call) = self.calls.lock().get(&leg) {
            let _ = call.send(event);
        }
    }
}

/// How a customer's call begins.
enum Beginning {
    /// They call; their RTP socket is open.
    Placed { line: Line },
    /// They are called, with or without an offer.
    Called { offer: Option<Bytes> },
}

fn room(leg: LegId) -> CallId {
    CallId::new(format!("sandbox_{}", leg.0))
}
