//! What a peer's log of SIP messages says was agreed.

use super::cell::{Codec, Transport};

/// The session description of the first 200 that carries one with audio.
pub fn first_answer(log: &str) -> Option<String> {
    // Each 200 starts a part; its description comes before the next message does.
    let parts = log.split("SIP/2.0 200").skip(1);
    let description = |part: &str| {
        let media = part.find("m=audio")?;
        let before_next = part.find("SIP/2.0 ").is_none_or(|next| media < next);
        before_next.then(|| part[..media].rfind("v=0").map_or(&part[media..], |at| &part[at..]).to_owned())
    };
    parts.filter_map(description).next()
}

/// Fails unless the first answer agrees to this codec and this protection.
pub fn check_answer(log: &str, codec: Codec, srtp: bool) {
    let answer = first_answer(log).unwrap_or_else(|| panic!("no 200 with audio in the peer's log:\n{log}"));
    let media = answer.lines().find(|line| line.starts_with("m=audio")).expect("looked for above");
    let words: Vec<&str> = media.split_whitespace().collect();
    let (protocol, format) = (words[2], words[3]);
    assert_eq!(protocol == "RTP/SAVP", srtp, "{media}");
    assert_eq!(answer.contains("a=crypto:"), srtp, "{answer}");
    let map = format!("a=rtpmap:{format} {}", codec.rtpmap());
    let named = answer.lines().any(|line| line.trim().eq_ignore_ascii_case(&map));
    assert!(named || codec.payload_type() == format.parse().ok(), "{map} in\n{answer}");
}

/// Fails unless the messages went by this transport.
pub fn check_transport(log: &str, transport: Transport) {
    let via = format!("SIP/2.0/{} ", transport.name());
    assert!(log.contains(&via), "no Via of {}:\n{log}", transport.name());
}
