//! A browser's phone over WebRTC: an offer is answered, and the person has a phone once the browser's packets come.

use std::sync::Arc;
use std::time::Duration;

use tandem_console_api::phone::{PhoneAnswer, PhoneOffer};
use tandem_console_api::problem::Code;
use tandem_foundation::UserId;
use tandem_switchboard::ports::browser_phone::{BrowserPeer, BrowserPhoneError, PeerOrder, PeerState};
use tokio::sync::watch;
use tokio::time::interval;

use crate::ask::{Ask, Reply, ok};
use crate::caller::{self, Caller};
use crate::live::socket::shutdown;
use crate::phone::{self, RECHECK};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// A browser whose packets do not come within this time has turned to the socket.
const PATIENCE: Duration = Duration::from_secs(15);

/// Answers an offer; the newer phone of the same person takes over once it is connected.
pub(crate) async fn offer(ask: Ask) -> Reply {
    let caller = ask.caller()?.clone();
    let Some(user) = caller.actor.user.clone() else {
        return Err(Refusal::new(Code::PersonRequired, "keys have no phone"));
    };
    let offer: PhoneOffer = ask.json()?;
    let phones = ask.shared.config.browser_phones.clone();
    let phones = phones.ok_or_else(|| Refusal::not_found("phone over WebRTC"))?;
    let peer = phones.connect(offer.sdp).await.map_err(refused)?;
    let answer = PhoneAnswer { sdp: peer.answer.clone() };
    tokio::spawn(keep(ask.shared, caller, user, peer));
    ok(&answer)
}

/// Gives the peer its link once it is connected, and ends it when it may stay no longer.
async fn keep(shared: Arc<Shared>, caller: Caller, user: UserId, peer: BrowserPeer) {
    let BrowserPeer { mut state, orders, .. } = peer;
    let stands = tokio::time::timeout(PATIENCE, after(&mut state, PeerState::Connecting)).await;
    if stands != Ok(PeerState::Connected) {
        return;
    }
    let mut replaced = phone::enter(&shared, &user);
    let link = shared.exchange.attach_audio(&caller.actor.org, &user);
    // A peer that has just gone drops the link with the order.
    let _ = orders.send(PeerOrder::Carry(link));
    let mut recheck = interval(RECHECK);
    let mut closing = shared.closing.subscribe();
    loop {
        tokio::select! {
            _ = &mut replaced => {
                let _ = orders.send(PeerOrder::Replaced);
                return;
            }
            _ = after(&mut state, PeerState::Connected) => break,
            _ = recheck.tick() => match caller::again(&shared, &caller.credential).await {
                Ok(again) if again.actor.user == caller.actor.user => {}
                Err(refusal) if refusal.problem.status >= 500 => {}
                _ => break,
            },
            () = shutdown(&mut closing) => break,
        }
    }
    phone::leave(&shared, &user, &mut replaced);
}

/// Where the peer stands once it no longer stands here.
async fn after(state: &mut watch::Receiver<PeerState>, here: PeerState) -> PeerState {
    state.wait_for(|state| *state != here).await.map_or(PeerState::Gone, |state| *state)
}

fn refused(error: BrowserPhoneError) -> Refusal {
    match error {
        BrowserPhoneError::Offer { expected } => Refusal::field("sdp", &expected),
        BrowserPhoneError::TooMany => Refusal::new(Code::PhonesBusy, "use the socket instead").after(30),
        BrowserPhoneError::Stopped => Refusal::new(Code::Draining, error.to_string()).after(30),
    }
}
