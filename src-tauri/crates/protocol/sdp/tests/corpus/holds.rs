//! What must hold for any bytes that claim to be a session description.

use std::net::{IpAddr, Ipv4Addr};

use tandem_sdp::{LocalMedia, SessionDescription, accept, answer, offer, reoffer};

/// Fails by a panic.
pub fn check(bytes: &[u8]) {
    let Ok(read) = SessionDescription::parse(bytes) else { return };
    let again = round_trip(&read);
    let local = LocalMedia::g711(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 4000, 1, 1);

    let agreed = answer(&read, &local);
    assert_eq!(agreed, answer(&again, &local), "an offer means the same however it is written");
    if let Ok(agreed) = agreed {
        round_trip(&agreed.description);
        let sections = agreed.description.media.len();
        assert_eq!(sections, read.media.len(), "every section is answered (RFC 3264 section 6)");
        assert!(agreed.negotiated.section < sections);
        round_trip(&reoffer(&local, &agreed.description));
    }
    let offered = offer(&local);
    assert_eq!(accept(&local, &offered, &read), accept(&local, &offered, &again));
    round_trip(&reoffer(&local, &read));
}

/// Writes and reads; equal but for the order of lines, which writing puts right.
fn round_trip(session: &SessionDescription) -> SessionDescription {
    let written = session.to_string();
    let again: SessionDescription = written.parse().expect("what we write, we can read");
    assert_eq!(again.to_string(), written, "writing is stable");
    assert_eq!(ordered(again.clone()), ordered(session.clone()));
    again
}

fn ordered(mut session: SessionDescription) -> SessionDescription {
    session.other.sort();
    session.media.iter_mut().for_each(|media| media.other.sort());
    session
}
