//! A browser of the same make as ours, over real sockets: sound both ways, its quality, and every way to end.

#![allow(clippy::print_stdout, reason = "measurements are for people")]

mod support;

use std::time::{Duration, Instant};

use support::{Browser, ROOM_HZ, SAID_HZ, carry, connections, heard_db};
use tandem_audio::measure;
use tandem_switchboard::ports::browser_phone::{BrowserPhoneError, BrowserPhones as _, PeerOrder, PeerState};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tone_goes_both_ways_in_opus_and_in_pcmu() {
    let connections = connections();
    for (codecs, least_db) in [(&["opus", "PCMU"][..], 12.0), (&["PCMU"], 25.0)] {
        let (mut browser, mut peer) = Browser::connected(&connections, codecs).await;
        let room = carry(&peer);
        browser.run_until("hello", |browser| browser.told.iter().any(|text| text.contains("hello"))).await;
        let (heard_here, _) = tokio::join!(room.exchange(200), browser.speak(200));
        let here = heard_db(&heard_here, SAID_HZ);
        let there = heard_db(&browser.heard, ROOM_HZ);
        println!("{codecs:?}: {here:.1} dB from the browser, {there:.1} dB to it");
        assert!(here > least_db && there > least_db, "{codecs:?}: {here:.1} dB, {there:.1} dB");
        assert!(measure::tone_level(&heard_here[4_000..], ROOM_HZ.into()) < 300.0, "no echo of our own");
        peer.state.wait_for(|state| *state == PeerState::Gone).await.expect("told: the room was dropped");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_browsers_share_the_port_and_hear_their_own_rooms() {
    let connections = connections();
    let (mut first, peer) = Browser::connected(&connections, &["opus"]).await;
    let (mut second, other) = Browser::connected(&connections, &["opus"]).await;
    let (room, silent_room) = (carry(&peer), carry(&other));
    let (heard, silent, _, _) =
        tokio::join!(room.exchange(100), silent_room.listen(100), first.speak(100), second.listen(100));
    assert!(measure::tone_level(&heard[6_000..], SAID_HZ.into()) > 5_000.0);
    assert!(measure::rms(&silent) < 10.0, "the other browser said nothing");
    assert!(measure::tone_level(&first.heard[6_000..], ROOM_HZ.into()) > 5_000.0);
    assert!(measure::rms(&second.heard) < 10.0, "nor does it hear the first one's room");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_closes_or_falls_silent_is_no_phone_any_more() {
    let connections = connections();
    let (mut browser, mut peer) = Browser::connected(&connections, &["opus"]).await;
    let mut room = carry(&peer);
    let began = Instant::now();
    browser.close().await;
    assert!(room.is_dropped().await, "the link is dropped");
    assert!(began.elapsed() < Duration::from_secs(2), "at once: {:?}", began.elapsed());
    assert_eq!(*peer.state.borrow_and_update(), PeerState::Gone);

    let (browser, peer) = Browser::connected(&connections, &["opus"]).await;
    let mut room = carry(&peer);
    let began = Instant::now();
    drop(browser);
    assert!(room.is_dropped().await);
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_browser_is_told_so_and_one_whose_link_or_orders_go_is_closed() {
    let connections = connections();
    let (mut browser, peer) = Browser::connected(&connections, &["opus"]).await;
    let mut room = carry(&peer);
    peer.orders.send(PeerOrder::Replaced).expect("there");
    browser.run_until("the word", |browser| browser.told.iter().any(|text| text.contains("replaced"))).await;
    assert!(room.is_dropped().await);

    let (_browser, mut peer) = Browser::connected(&connections, &["opus"]).await;
    drop(carry(&peer));
    peer.state.wait_for(|state| *state == PeerState::Gone).await.expect("told");

    let (_browser, mut peer) = Browser::connected(&connections, &["opus"]).await;
    let mut room = carry(&peer);
    drop(peer.orders);
    peer.state.wait_for(|state| *state == PeerState::Gone).await.expect("told");
    assert!(room.is_dropped().await);

    let (_browser, mut peer) = Browser::connected(&connections, &["opus"]).await;
    connections.shutdown();
    peer.state.wait_for(|state| *state == PeerState::Gone).await.expect("told");
    let refused = connections.connect(Browser::new(&["opus"]).offer()).await.err();
    assert_eq!(refused, Some(BrowserPhoneError::Stopped));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_with_another_certificate_than_it_offered_never_connects() {
    let connections = connections();
    let mut browser = Browser::new(&["opus"]);
    let offer = browser.offer();
    let (before, after) = offer.split_once("a=fingerprint:sha-256 ").expect("a fingerprint");
    let other = if after.starts_with('0') { "1" } else { "0" };
    let forged = format!("{before}a=fingerprint:sha-256 {other}{}", &after[1..]);
    let mut peer = connections.connect(forged).await.expect("an answer");
    browser.accept(&peer.answer);
    browser.listen(100).await;
    assert_ne!(*peer.state.borrow_and_update(), PeerState::Connected);
}

#[tokio::test]
async fn offers_without_our_codecs_and_offers_that_are_none_are_refused_in_words() {
    let connections = connections();
    let good = Browser::new(&["opus"]).offer();
    let other = good.replace("opus/48000", "speex/48000");
    for (offer, named) in [
        (other, "Opus or PCMU"),
        (String::new(), "v=0"),
        (good.replace("a=fingerprint:sha-256 ", "a=fingerprint:sha-256"), "answered"),
        (good.replace("m=audio", "m=video"), "audio section"),
    ] {
        match connections.connect(offer).await {
            Err(BrowserPhoneError::Offer { expected }) => assert!(expected.contains(named), "{expected}"),
            other => panic!("{named}: {other:?}"),
        }
    }
    assert!(connections.connect(good).await.is_ok(), "and the thread goes on");
}
