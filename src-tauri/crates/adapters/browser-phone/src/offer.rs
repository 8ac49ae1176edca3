//! A look at a browser's offer before anything is built for it: what is wrong with it is said in words.

use tandem_switchboard::ports::browser_phone::BrowserPhoneError;

/// Refuses what is no offer of a phone: one audio section, and at most data channels beside it (RFC 8829, section 5.2).
pub(crate) fn check(sdp: &str) -> Result<(), BrowserPhoneError> {
    if !sdp.starts_with("v=0") {
        return Err(expected("a session description (RFC 8866) that begins with v=0"));
    }
    let sections: Vec<&str> = lines(sdp, "m=").collect();
    let audio = sections.iter().filter(|section| section.starts_with("audio "));
    if audio.count() != 1 {
        return Err(expected("exactly one audio section (m=audio)"));
    }
    if sections.iter().any(|section| !section.starts_with("audio ") && !section.starts_with("application ")) {
        return Err(expected("nothing but audio and a data channel"));
    }
    for (attribute, what) in [
        ("a=ice-ufrag:", "ICE's user name (a=ice-ufrag)"),
        ("a=ice-pwd:", "ICE's password (a=ice-pwd)"),
        ("a=fingerprint:", "the fingerprint of a certificate (a=fingerprint)"),
    ] {
        if lines(sdp, attribute).next().is_none() {
            return Err(expected(what));
        }
    }
    Ok(())
}

/// The refusal of an offer that lacks this.
pub(crate) fn expected(what: &str) -> BrowserPhoneError {
    BrowserPhoneError::Offer { expected: what.to_owned() }
}

fn lines<'a>(sdp: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    sdp.lines().filter_map(move |line| line.strip_prefix(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
        a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 00:11\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";

    #[test]
    fn a_phones_offer_is_good_and_each_lack_is_named() {
        assert_eq!(check(GOOD), Ok(()));
        for (without, named) in [
            ("v=0", "v=0"),
            ("m=audio", "audio section"),
            ("a=ice-ufrag", "a=ice-ufrag"),
            ("a=ice-pwd", "a=ice-pwd"),
            ("a=fingerprint", "a=fingerprint"),
        ] {
            let lines = GOOD.lines().filter(|line| !line.starts_with(without));
            let sdp = lines.collect::<Vec<_>>().join("\r\n");
            let Err(BrowserPhoneError::Offer { expected }) = check(&sdp) else { panic!("without {without}") };
            assert!(expected.contains(named), "{without}: {expected}");
        }
    }

    #[test]
    fn a_second_audio_section_and_a_video_are_not_for_a_phone() {
        for more in ["m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"] {
            assert!(check(&format!("{GOOD}{more}")).is_err(), "{more}");
        }
        assert!(check("").is_err());
        assert!(check("<html>").is_err());
    }
}
