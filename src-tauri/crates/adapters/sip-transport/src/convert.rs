//! Between the port's words and the machine's.

use tandem_foundation::{LegId, TrunkId, UserId};
use tandem_sip::endpoint::{self as sip, Command, Event};
use tandem_switchboard::ports::signalling::{
    Caller, Destination, PhoneAccount, Replaced, SignallingCommand, SignallingEvent, Transport, TrunkAccount,
    TrunkState,
};

/// A command of the port for the machine.
pub fn command(command: SignallingCommand) -> Command {
    use SignallingCommand as Port;
    match command {
        Port::Invite {
            leg,
            to,
            from,
            display_name,
            offer,
            web_offer,
            secure_offer,
            headers,
            call_id,
            ring_timeout,
        } => {
            let to = destination(to);
            Command::Invite(sip::Invite {
                leg: leg.0,
                to,
                from,
                display_name,
                offer,
                web_offer,
                secure_offer,
                headers,
                call_id,
                ring_timeout,
            })
        }
        Port::Progress { leg, code, answer } => Command::Progress { leg: leg.0, code, answer },
        Port::Answer { leg, answer } => Command::Answer { leg: leg.0, answer },
        Port::Reject { leg, code, retry_after } => Command::Reject { leg: leg.0, code, retry_after },
        Port::Reoffer { leg, offer } => Command::Reoffer { leg: leg.0, offer },
        Port::AcceptReoffer { leg, answer } => Command::AcceptReoffer { leg: leg.0, answer },
        Port::RefuseReoffer { leg, code } => Command::RefuseReoffer { leg: leg.0, code },
        Port::Hangup { leg, cause } => Command::Hangup { leg: leg.0, cause },
        Port::Info { leg, content_type, body } => Command::Info { leg: leg.0, content_type, body },
        Port::Refer { leg, to, replaces } => {
            Command::Refer { leg: leg.0, to, replaces: replaces.map(|leg| leg.0) }
        }
        Port::AcceptRefer { leg } => Command::AcceptRefer { leg: leg.0 },
        Port::RefuseRefer { leg, code } => Command::RefuseRefer { leg: leg.0, code },
        Port::ReferProgress { leg, code } => Command::ReferProgress { leg: leg.0, code },
        Port::SetTrunks(trunks) => Command::SetTrunks(trunks.into_iter().map(trunk).collect()),
        Port::SetPhones(phones) => Command::SetPhones(phones.into_iter().map(phone).collect()),
        Port::Drain => Command::Drain,
    }
}

/// An event of the machine for the port.
pub fn event(event: Event) -> SignallingEvent {
    use SignallingEvent as Port;
    match event {
        Event::Incoming(call) => Port::Incoming {
            leg: LegId(call.leg),
            caller: match call.caller {
                sip::Caller::Trunk(trunk) => Caller::Trunk(TrunkId::new(trunk)),
                sip::Caller::Phone(user) => Caller::Phone(UserId::new(user)),
            },
            from: call.from,
            display_name: call.display_name,
            to: call.to,
            call_id: call.call_id,
            offer: call.offer,
            source: call.source,
            headers: call.headers.into_inner(),
            replaces: call.replaces.map(LegId),
        },
        Event::Progress { leg, code, answer } => Port::Progress { leg: LegId(leg), code, answer },
        Event::Answered { leg, answer } => Port::Answered { leg: LegId(leg), answer },
        Event::Confirmed { leg } => Port::Confirmed { leg: LegId(leg) },
        Event::Failed { leg, code, reason } => Port::Failed { leg: LegId(leg), code, reason },
        Event::Reoffered { leg, offer } => Port::Reoffered { leg: LegId(leg), offer },
        Event::ReofferAccepted { leg, answer } => Port::ReofferAccepted { leg: LegId(leg), answer },
        Event::ReofferRefused { leg, code } => Port::ReofferRefused { leg: LegId(leg), code },
        Event::Info { leg, content_type, body } => Port::Info { leg: LegId(leg), content_type, body },
        Event::ReferRequested { leg, to, user, replaces, referred_by } => Port::ReferRequested {
            leg: LegId(leg),
            to,
            user,
            replaces: replaces.map(|replaced| match replaced {
                sip::Replaced::Leg(leg) => Replaced::Leg(LegId(leg)),
                sip::Replaced::Unknown => Replaced::Unknown,
            }),
            referred_by,
        },
        Event::ReferAccepted { leg, watched } => Port::ReferAccepted { leg: LegId(leg), watched },
        Event::ReferRefused { leg, code } => Port::ReferRefused { leg: LegId(leg), code },
        Event::ReferNotified { leg, code, over } => Port::ReferNotified { leg: LegId(leg), code, over },
        Event::Ended { leg, by_peer, reason } => Port::Ended { leg: LegId(leg), by_peer, reason },
        Event::Trunk { trunk, state } => {
            Port::Trunk { trunk: TrunkId::new(trunk), state: trunk_state(state) }
        }
        Event::Phone { user, contacts } => Port::Phone { user: UserId::new(user), contacts },
    }
}

fn destination(to: Destination) -> sip::Destination {
    match to {
        Destination::Trunk { trunk, number } => {
            sip::Destination::Trunk { trunk: trunk.as_str().to_owned(), number }
        }
        Destination::User(user) => sip::Destination::User(user.as_str().to_owned()),
        Destination::Uri(uri) => sip::Destination::Uri(uri),
    }
}

fn trunk(account: TrunkAccount) -> sip::TrunkAccount {
    sip::TrunkAccount {
        id: account.id.as_str().to_owned(),
        host: account.host,
        transport: match account.transport {
            Transport::Udp => sip::Transport::Udp,
            Transport::Tcp => sip::Transport::Tcp,
            Transport::Tls => sip::Transport::Tls,
        },
        domain: account.domain,
        credentials: account.credentials,
        register: account.register,
        accept_from: account.accept_from,
        options_every: account.options_every,
    }
}

fn phone(account: PhoneAccount) -> sip::PhoneAccount {
    sip::PhoneAccount {
        user: account.user.as_str().to_owned(),
        name: account.name,
        password: account.password,
    }
}

fn trunk_state(state: sip::TrunkState) -> TrunkState {
    match state {
        sip::TrunkState::Unmonitored => TrunkState::Unmonitored,
        sip::TrunkState::Registering => TrunkState::Registering,
        sip::TrunkState::Registered { expires_s } => TrunkState::Registered { expires_s },
        sip::TrunkState::Reachable => TrunkState::Reachable,
        sip::TrunkState::Failed { code, reason, retry_in_s } => {
            TrunkState::Failed { code, reason, retry_in_s }
        }
    }
}
