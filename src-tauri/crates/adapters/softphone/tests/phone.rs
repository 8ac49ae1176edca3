//! The phone with the exchange: registering, being called, and ending.

#[path = "support/ports.rs"]
mod ports;

use ports::{Asked, Bench, offer};
use tandem_foundation::LegId;
use tandem_softphone::{Account, PhoneStatus};
use tandem_switchboard::ports::media::MediaEvent;
use tandem_switchboard::ports::signalling::{SignallingCommand, SignallingEvent, TrunkState};

fn account() -> Account {
    Account {
        name: "sam".into(),
        password: "secret".into(),
        domain: "127.0.0.1".into(),
        registrar: "127.0.0.1:5060".into(),
    }
}

fn trunk(state: TrunkState) -> SignallingEvent {
    SignallingEvent::Trunk { trunk: "exchange".into(), state }
}

/// A phone that is registered, its commands so far read.
async fn ready() -> Bench {
    let mut bench = Bench::new();
    bench.phone.connect(account());
    assert_eq!(bench.phone.state().status, PhoneStatus::Connecting);
    let SignallingCommand::SetTrunks(trunks) = bench.command().await else { panic!("no account") };
    let (name, password) = trunks[0].credentials.clone().expect("credentials");
    assert_eq!((name.as_str(), password.as_str()), ("sam", "secret"));
    assert!(trunks[0].accept_from.is_empty() && trunks[0].register.is_some());
    bench.event(trunk(TrunkState::Registered { expires_s: 120 }));
    bench.status(PhoneStatus::Ready).await;
    bench
}

async fn in_call() -> Bench {
    let mut bench = ready().await;
    bench.rings(7, Some("<sip:tandem>; answer-after=0"));
    assert!(matches!(bench.command().await, SignallingCommand::Progress { leg: LegId(7), code: 180, .. }));
    assert!(matches!(bench.command().await, SignallingCommand::Answer { leg: LegId(7), .. }));
    bench.status(PhoneStatus::InCall).await;
    bench
}

#[tokio::test]
async fn a_call_that_was_asked_for_is_answered_at_once_and_both_hear_each_other() {
    let bench = in_call().await;
    let asked = bench.media.asked.lock();
    let [Asked::Open, Asked::Connect(terms), Asked::Hearing(pairs)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!((terms.remote.port(), terms.send, terms.receive), (6_000, true, true));
    let (listener, speaker) = pairs[0];
    assert!(pairs.len() == 2 && pairs[1] == (speaker, listener) && listener == LegId(7));
}

#[tokio::test]
async fn any_other_call_rings_until_it_is_answered_or_refused() {
    let mut bench = ready().await;
    bench.rings(8, Some("<sip:tandem>;answer-after=05"));
    bench.status(PhoneStatus::Ringing).await;
    assert!(matches!(bench.command().await, SignallingCommand::Progress { .. }));
    bench.phone.answer();
    assert!(matches!(bench.command().await, SignallingCommand::Answer { leg: LegId(8), .. }));
    assert_eq!(bench.phone.state().status, PhoneStatus::InCall);
    bench.event(SignallingEvent::Ended { leg: LegId(8), by_peer: true, reason: "BYE".into() });
    bench.status(PhoneStatus::Ready).await;
    assert_eq!(bench.media.asked.lock().last(), Some(&Asked::Close));

    bench.rings(9, None);
    bench.status(PhoneStatus::Ringing).await;
    assert!(matches!(bench.command().await, SignallingCommand::Progress { .. }));
    bench.phone.hang_up();
    assert!(matches!(bench.command().await, SignallingCommand::Hangup { leg: LegId(9), .. }));
}

#[tokio::test]
async fn a_second_call_is_told_busy_and_the_first_goes_on() {
    let mut bench = in_call().await;
    bench.rings(11, Some("<sip:tandem>;answer-after=0"));
    assert!(matches!(bench.command().await, SignallingCommand::Reject { leg: LegId(11), code: 486, .. }));
    bench.event(SignallingEvent::Failed { leg: LegId(11), code: 486, reason: "Busy Here".into() });
    bench.phone.hang_up();
    assert!(matches!(bench.command().await, SignallingCommand::Hangup { leg: LegId(7), .. }));
    assert_eq!(bench.phone.state().status, PhoneStatus::InCall);
}

#[tokio::test]
async fn new_terms_are_followed_and_nonsense_is_refused() {
    let mut bench = in_call().await;
    bench.event(SignallingEvent::Reoffered { leg: LegId(7), offer: Some(offer(6_100)) });
    assert!(matches!(bench.command().await, SignallingCommand::AcceptReoffer { leg: LegId(7), .. }));
    let last = bench.media.asked.lock().last().cloned();
    assert!(matches!(last, Some(Asked::Connect(terms)) if terms.remote.port() == 6_100));
    bench.event(SignallingEvent::Reoffered { leg: LegId(7), offer: Some("hello".into()) });
    assert!(matches!(bench.command().await, SignallingCommand::RefuseReoffer { code: 488, .. }));
}

#[tokio::test]
async fn disconnecting_hangs_up_and_stays_off_whatever_arrives_late() {
    let mut bench = in_call().await;
    bench.phone.disconnect();
    assert!(matches!(bench.command().await, SignallingCommand::Hangup { leg: LegId(7), .. }));
    assert!(matches!(bench.command().await, SignallingCommand::SetTrunks(trunks) if trunks.is_empty()));
    bench.event(SignallingEvent::Ended { leg: LegId(7), by_peer: false, reason: "BYE".into() });
    bench.status(PhoneStatus::Off).await;
    bench.event(trunk(TrunkState::Registered { expires_s: 120 }));
    bench.rings(12, None);
    bench.status(PhoneStatus::Ringing).await;
    bench.event(SignallingEvent::Failed { leg: LegId(12), code: 487, reason: "cancelled".into() });
    bench.status(PhoneStatus::Off).await;
}

#[tokio::test]
async fn a_registration_that_fails_says_why_and_can_be_tried_again() {
    let mut bench = ready().await;
    let failed = |code, reason: &str| TrunkState::Failed { code, reason: reason.into(), retry_in_s: 30 };
    bench.event(trunk(failed(None, "no answer")));
    assert_eq!(bench.status(PhoneStatus::Failed).await.detail.as_deref(), Some("offline"));
    bench.phone.connect(account());
    assert!(matches!(bench.command().await, SignallingCommand::SetTrunks(trunks) if trunks.is_empty()));
    assert!(matches!(bench.command().await, SignallingCommand::SetTrunks(trunks) if trunks.len() == 1));
    bench.event(trunk(failed(Some(403), "Forbidden")));
    assert_eq!(bench.status(PhoneStatus::Failed).await.detail.as_deref(), Some("Forbidden"));
}

#[tokio::test]
async fn a_registration_that_is_lost_during_a_call_is_shown_after_it() {
    let bench = in_call().await;
    bench.event(trunk(TrunkState::Failed { code: None, reason: "no answer".into(), retry_in_s: 30 }));
    bench.event(SignallingEvent::Ended { leg: LegId(7), by_peer: true, reason: "BYE".into() });
    bench.status(PhoneStatus::Failed).await;
}

#[tokio::test]
async fn an_exchange_that_sends_no_sound_for_long_has_forgotten_the_call() {
    let mut bench = in_call().await;
    let timeout = |silent_s| MediaEvent::RtpTimeout { room: "softphone_7".into(), leg: LegId(7), silent_s };
    bench.media_events.send(timeout(10)).expect("the phone listens");
    bench.media_events.send(timeout(30)).expect("the phone listens");
    assert!(matches!(bench.command().await, SignallingCommand::Hangup { leg: LegId(7), .. }));
}
