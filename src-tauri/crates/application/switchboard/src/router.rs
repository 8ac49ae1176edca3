//! The router: hands what signalling and media report to the call it concerns, and begins inbound calls.

mod phones;

use std::sync::Arc;

use bytes::Bytes;
use tandem_foundation::{ConferenceId, LegId, Pii};
use tokio::sync::mpsc;

use crate::call_task::{Beginning, CallMessage, Routed};
use crate::conferencing::Order;
use crate::exchange::{ExchangeError, LiveMessage};
use crate::opening;
use crate::ports::media::MediaEvent;
use crate::ports::signalling::{Caller, SignallingCommand, SignallingEvent};
use crate::records::{Assistant, Call, Direction, Route};
use crate::switchboard::Switchboard;

/// Starts to take events; ends when the ports close their channels.
pub(crate) fn start(
    exchange: Arc<Switchboard>,
    mut signalling: mpsc::UnboundedReceiver<SignallingEvent>,
    mut media: mpsc::UnboundedReceiver<MediaEvent>,
) {
    let for_media = exchange.clone();
    tokio::spawn(async move {
        while let Some(event) = media.recv().await {
            let room = room_of(&event).clone();
            if room.as_str().starts_with(ConferenceId::PREFIX) {
                for_media.context.conferences.tell(Order::Media(event));
            } else if for_media.context.registry.is_live(&room) {
                for_media.context.registry.to_call(&room, CallMessage::Media(event));
            } else {
                for_media.context.pinned.to_room(&room, event);
            }
        }
    });
    tokio::spawn(async move {
        while let Some(event) = signalling.recv().await {
            route(&exchange, event);
        }
    });
}

fn route(exchange: &Arc<Switchboard>, event: SignallingEvent) {
    match event {
        SignallingEvent::Incoming {
            leg, caller, from, display_name, to, call_id, offer, replaces, ..
        } => {
            let exchange = exchange.clone();
            let incoming = Incoming { leg, caller, from, display_name, to, call_id, offer };
            tokio::spawn(async move {
                match replaces {
                    Some(replaced) => exchange.picked_up(incoming, replaced).await,
                    None => exchange.incoming(incoming).await,
                }
            });
        }
        SignallingEvent::Trunk { trunk, state } => {
            let Some(org) = exchange.context.plan.read().trunk_owner(&trunk) else { return };
            exchange.context.plan.write().set_state(trunk.clone(), state.clone());
            exchange.context.publish(LiveMessage::Trunk { org, trunk, state });
        }
        SignallingEvent::Phone { user, contacts } => {
            exchange.context.phones.set_registered(&user, contacts);
            let Some(org) = exchange.context.plan.read().user(&user).map(|u| u.org.clone()) else { return };
            exchange.context.phone_changed(org, user);
        }
        event => {
            let Some(leg) = leg_of(&event) else { return };
            let found = match exchange.context.registry.owns(leg) {
                true => exchange.context.registry.to_leg(leg, CallMessage::Signalling(event)),
                false => exchange.context.pinned.to_leg(leg, event),
            };
            if !found {
                tracing::debug!(%leg, "an event for a leg that no call owns any more");
            }
        }
    }
}

/// An inbound call before it has a row.
struct Incoming {
    leg: LegId,
    caller: Caller,
    from: Pii<String>,
    display_name: Option<Pii<String>>,
    to: Pii<String>,
    call_id: String,
    offer: Option<Bytes>,
}

impl Switchboard {
    async fn incoming(&self, incoming: Incoming) {
        let leg = incoming.leg;
        let reject = |code, retry_after| {
            self.context.ports.signalling.send(SignallingCommand::Reject { leg, code, retry_after });
        };
        if self.is_draining() {
            return reject(503, Some(10));
        }
        let placed = self.place_incoming(&incoming).or_else(|| self.dialled_queue(&incoming));
        let Some((call, route)) = placed else {
            return match incoming.caller.clone() {
                Caller::Phone(user) => self.dialled(incoming, user).await,
                // A carrier reaches our numbers, and nothing beyond.
                Caller::Trunk(_) => reject(404, None),
            };
        };
        let mut assistant = None;
        let (mut person, mut routed) = (None, None);
        match opening::past_hours(&self.context, &call.org, route) {
            Route::Assistant { assistant: id } => {
                assistant = self.assistant_for(&call, &id).await;
                if assistant.is_none() {
                    return reject(480, None);
                }
            }
            Route::Person { user, otherwise: None } => person = Some(user),
            route => routed = Some(Box::new(self.routed(&call, route).await)),
        }
        let mut call = call;
        call.assistant = assistant.as_ref().map(|a| a.id.clone());
        let beginning = Beginning::Inbound { leg, offer: incoming.offer, person, routed };
        match self.begin(call, assistant, beginning).await {
            Ok(()) => {}
            Err(ExchangeError::AtCapacity { retry_after_s, .. }) => reject(503, Some(retry_after_s)),
            Err(_) => reject(503, Some(5)),
        }
    }

    /// Finds whose call it is and where it goes.
    fn place_incoming(&self, incoming: &Incoming) -> Option<(Call, Route)> {
        let plan = self.context.plan.read();
        let (org, trunk) = match &incoming.caller {
            Caller::Trunk(trunk) => (plan.trunk_owner(trunk)?, Some(trunk.clone())),
            Caller::Phone(user) => (plan.user(user)?.org.clone(), None),
        };
        let number = plan.number(&org, incoming.to.as_str())?;
        let route = number.route.clone()?;
        let mut call =
            self.context.new_call(&org, Direction::Inbound, incoming.from.clone(), number.number.clone());
        call.number = Some(number.id.clone());
        call.trunk = trunk;
        call.customer_name = incoming.display_name.clone();
        call.sip_call_id = Some(incoming.call_id.clone());
        Some((call, route))
    }

    /// The route, with the voice of the first assistant that it may lead to.
    async fn routed(&self, call: &Call, route: Route) -> Routed {
        let (mut like, mut record) = (None, true);
        for id in route.assistants() {
            if let Some(assistant) = self.assistant_for(call, &id).await {
                record &= assistant.settings.record;
                like = like.or(Some(assistant));
            }
        }
        Routed { route, like, record }
    }

    async fn assistant_for(&self, call: &Call, id: &tandem_foundation::AssistantId) -> Option<Assistant> {
        let assistant = self.context.ports.store.assistant(&call.org, id).await;
        assistant.ok().filter(|assistant| assistant.enabled)
    }
}

fn room_of(event: &MediaEvent) -> &tandem_foundation::CallId {
    match event {
        MediaEvent::Dtmf { room, .. }
        | MediaEvent::VoiceStarted { room, .. }
        | MediaEvent::VoiceStopped { room, .. }
        | MediaEvent::SpeechStarted { room, .. }
        | MediaEvent::SpeechProgress { room, .. }
        | MediaEvent::SpeechStopped { room, .. }
        | MediaEvent::FirstAudible { room, .. }
        | MediaEvent::RtpTimeout { room, .. }
        | MediaEvent::Quality { room, .. }
        | MediaEvent::RecordingClosed { room, .. }
        | MediaEvent::RecordingFailed { room, .. } => room,
    }
}

pub(crate) fn leg_of(event: &SignallingEvent) -> Option<LegId> {
    match event {
        SignallingEvent::Incoming { leg, .. }
        | SignallingEvent::Progress { leg, .. }
        | SignallingEvent::Answered { leg, .. }
        | SignallingEvent::Confirmed { leg }
        | SignallingEvent::Failed { leg, .. }
        | SignallingEvent::Reoffered { leg, .. }
        | SignallingEvent::ReofferAccepted { leg, .. }
        | SignallingEvent::ReofferRefused { leg, .. }
        | SignallingEvent::Info { leg, .. }
        | SignallingEvent::ReferRequested { leg, .. }
        | SignallingEvent::ReferAccepted { leg, .. }
        | SignallingEvent::ReferRefused { leg, .. }
        | SignallingEvent::ReferNotified { leg, .. }
        | SignallingEvent::Ended { leg, .. } => Some(*leg),
        SignallingEvent::Trunk { .. } | SignallingEvent::Phone { .. } => None,
    }
}
