//! Two SIP stacks on loopback, as carrier, server and softphone of each other.

mod stack;

use bytes::Bytes;
use stack::{ANSWER, OFFER, Stack, trunk};
use tandem_foundation::UserId;
use tandem_sip_transport::{Algorithm, SipConfig};
use tandem_switchboard::ports::signalling::{
    Caller, Destination, PhoneAccount, SignallingCommand as Command, SignallingEvent as Event, Transport,
    TrunkState,
};

#[tokio::test]
async fn a_call_through_a_trunk_is_answered_put_on_hold_and_ended_over_udp_and_tcp() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let (mut exchange, mut carrier) = (Stack::start().await, Stack::start().await);
        exchange.send(Command::SetTrunks(vec![trunk("carrier", carrier.address(), transport)]));
        carrier.send(Command::SetTrunks(vec![trunk("exchange", exchange.address(), transport)]));
        let ours =
            exchange.call(Destination::Trunk { trunk: "carrier".into(), number: "+62812345678".into() });
        let (theirs, caller, to) = carrier.incoming().await;
        assert_eq!((caller, to.as_str()), (Caller::Trunk("exchange".into()), "+62812345678"));
        carrier.send(Command::Progress { leg: theirs, code: 180, answer: None });
        exchange.until(|event| matches!(event, Event::Progress { code: 180, .. })).await;
        carrier.send(Command::Answer { leg: theirs, answer: Bytes::from_static(ANSWER) });
        exchange.until(|event| matches!(event, Event::Answered { answer, .. } if answer == ANSWER)).await;
        carrier.until(|event| matches!(event, Event::Confirmed { .. })).await;
        exchange.send(Command::Reoffer { leg: ours, offer: Bytes::from_static(OFFER) });
        carrier
            .until(|event| matches!(event, Event::Reoffered { offer: Some(offer), .. } if offer == OFFER))
            .await;
        carrier.send(Command::AcceptReoffer { leg: theirs, answer: Bytes::from_static(ANSWER) });
        exchange.until(|event| matches!(event, Event::ReofferAccepted { .. })).await;
        carrier.send(Command::Hangup { leg: theirs, cause: Some(16) });
        exchange.until(|event| matches!(event, Event::Ended { by_peer: true, .. })).await;
        carrier.until(|event| matches!(event, Event::Ended { by_peer: false, .. })).await;
    }
}

#[tokio::test]
async fn a_softphone_registers_with_digest_calls_and_is_called_over_udp_and_tcp() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut config = SipConfig::new("127.0.0.1:0".parse().expect("an address"));
        config.algorithms = vec![Algorithm::Sha256, Algorithm::Md5];
        let (mut server, mut softphone) = (Stack::with(config).await, Stack::start().await);
        let account =
            PhoneAccount { user: UserId::new("user_ann"), name: "ann".into(), password: "s3cret".into() };
        server.send(Command::SetPhones(vec![account]));
        // By name, so that the lookup takes part.
        let mut line = trunk("line", server.address(), transport);
        line.host = format!("localhost:{}", server.address().port());
        line.accept_from.clear();
        line.credentials = Some(("ann".into(), "s3cret".into()));
        line.register = Some(120);
        softphone.send(Command::SetTrunks(vec![line]));
        softphone
            .until(|event| {
                matches!(event, Event::Trunk { state: TrunkState::Registered { expires_s: 120 }, .. })
            })
            .await;
        server.until(|event| matches!(event, Event::Phone { contacts: 1, .. })).await;

        server.call(Destination::User(UserId::new("user_ann")));
        let (leg, caller, _) = softphone.incoming().await;
        assert_eq!(caller, Caller::Trunk("line".into()));
        softphone.send(Command::Answer { leg, answer: Bytes::from_static(ANSWER) });
        server.until(|event| matches!(event, Event::Answered { .. })).await;
        softphone.until(|event| matches!(event, Event::Confirmed { .. })).await;
        softphone.send(Command::Hangup { leg, cause: None });
        server.until(|event| matches!(event, Event::Ended { by_peer: true, .. })).await;

        softphone.call(Destination::Trunk { trunk: "line".into(), number: "+15550100".into() });
        let (leg, caller, to) = server.incoming().await;
        assert_eq!((caller, to.as_str()), (Caller::Phone(UserId::new("user_ann")), "+15550100"));
        server.send(Command::Reject { leg, code: 486, retry_after: None });
        softphone.until(|event| matches!(event, Event::Failed { code: 486, .. })).await;

        softphone.send(Command::SetTrunks(Vec::new()));
        server.until(|event| matches!(event, Event::Phone { contacts: 0, .. })).await;
    }
}

#[tokio::test]
async fn a_wrong_password_and_a_closed_port_are_reported_as_what_they_are() {
    let (server, mut softphone) = (Stack::start().await, Stack::start().await);
    server.send(Command::SetPhones(vec![PhoneAccount {
        user: UserId::new("user_ann"),
        name: "ann".into(),
        password: "s3cret".into(),
    }]));
    let mut line = trunk("line", server.address(), Transport::Udp);
    line.credentials = Some(("ann".into(), "wrong".into()));
    line.register = Some(120);
    softphone.send(Command::SetTrunks(vec![line]));
    softphone
        .until(|event| {
            matches!(event, Event::Trunk { state: TrunkState::Failed { code: Some(401), .. }, .. })
        })
        .await;
    // Port 9 on loopback refuses connections.
    softphone.call(Destination::Uri("sip:nobody@127.0.0.1:9;transport=tcp".into()));
    softphone.until(|event| matches!(event, Event::Failed { code: 503, .. })).await;
}
