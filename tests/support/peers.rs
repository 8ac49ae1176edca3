//! What a page's own peer connections say of themselves.

#![allow(dead_code, reason = "each test uses its part")]
#![allow(clippy::print_stdout, reason = "measurements are for people")]

use serde_json::Value;

use crate::webdriver::Window;

/// Keeps every peer connection that the page makes from now on where a test can ask it.
pub async fn watch(window: &Window) {
    let kept = "(() => { window.testPeers = []; const Real = window.RTCPeerConnection; \
        window.RTCPeerConnection = class extends Real { \
        constructor(...rest) { super(...rest); window.testPeers.push(this); } }; return true; })()";
    assert_eq!(window.run(kept).await, true);
}

/// Has the phone leave the microphone as it is, so that what is heard can be compared with what was said: with a call
/// to hear, Chromium takes the microphone's own sound for an echo now and then.
pub async fn leave_the_sound_as_it_is(window: &Window) {
    let click = "(find) => new Promise((done) => { const look = () => { const found = find(); \
        if (found) { found.click(); done(true); } else setTimeout(look, 100); }; look(); })";
    let phone =
        "() => [...document.querySelectorAll('button')].find((one) => /^Phone off$/.test(one.textContent))";
    let clean = "() => document.querySelector('[role=dialog] input[role=switch]')";
    for wanted in [phone, clean, phone] {
        assert_eq!(window.run(&format!("({click})({wanted})")).await, true);
    }
    let closed = "document.querySelector('[role=dialog]') === null";
    window.until("the closed menu", closed, |closed| *closed == true).await;
}

/// Has the page find no WebRTC.
pub async fn take_away(window: &Window) {
    assert_eq!(window.run("delete window.RTCPeerConnection").await, true);
}

/// The page's only connection stands, is ours, and has carried Opus for seconds, both ways.
pub async fn carried_opus_both_ways(window: &Window) {
    let report = "(async () => { const [peer, ...more] = window.testPeers; \
        const all = [...(await peer.getStats()).values()]; \
        const rtp = (kind) => all.find((one) => one.type === kind); \
        const codec = (kind) => all.find((one) => one.id === rtp(kind)?.codecId)?.mimeType; \
        const { packetsReceived, packetsLost, jitter } = rtp('inbound-rtp') ?? {}; \
        return { state: peer.connectionState, more: more.length, \
        heard: codec('inbound-rtp'), said: codec('outbound-rtp'), \
        received: packetsReceived, lost: packetsLost, jitter, \
        sent: rtp('outbound-rtp')?.packetsSent, srtp: rtp('transport')?.srtpCipher }; })()";
    let report: Value = window.run(report).await;
    println!("the browser's own account: {report}");
    assert_eq!((&report["state"], &report["more"]), (&"connected".into(), &0.into()), "{report}");
    assert_eq!((&report["heard"], &report["said"]), (&"audio/opus".into(), &"audio/opus".into()), "{report}");
    // A few seconds of the call at least, of fifty packets each.
    for count in ["received", "sent"] {
        assert!(report[count].as_u64().is_some_and(|packets| packets > 200), "{count}: {report}");
    }
}
