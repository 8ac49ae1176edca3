//! Making an offer, and reading the answer to it (RFC 3264 sections 5 and 7).

use crate::answer::refused;
use crate::codec::Codec;
use crate::crypto::{self, Crypto};
use crate::description::{Attribute, SessionDescription};
use crate::dtls;
use crate::local::LocalMedia;
use crate::media::MediaDescription;
use crate::negotiated::{EventPayloadTypes, Negotiated, Refusal, events, peer, peer_direction, ptime};

/// An offer of one audio stream with all our codecs.
pub fn offer(local: &LocalMedia) -> SessionDescription {
    let dtls = dtls::offer(local);
    let mut session = local.session(&dtls);
    let (protocol, keys) = match dtls::offered_profile(local) {
        Some(profile) => (profile, Vec::new()),
        None => crypto::offered(local),
    };
    let section = local.section(protocol, &local.codecs, local.direction, local.rtcp_mux, &keys, dtls);
    session.media.push(section);
    session
}

/// An offer within a running session, whose last description from our side is `previous`: every section keeps its place
/// (RFC 3264 section 8), and payload types that were given out keep their meaning (section 8.3.2).
pub fn reoffer(local: &LocalMedia, previous: &SessionDescription) -> SessionDescription {
    let Some(section) = previous.media.iter().position(|m| m.kind == "audio" && m.port != 0) else {
        let mut session = offer(local);
        session.media.splice(0..0, previous.media.iter().map(refused));
        return session;
    };
    let codecs = keep_payload_types(&local.codecs, &previous.media[section].codecs());
    let dtls = keep_dtls(&previous.media[section]);
    let mut session = local.session(&dtls);
    session.media.extend(previous.media.iter().map(refused));
    let protocol = &previous.media[section].protocol;
    let keys = keep_keys(local, &previous.media[section]);
    session.media[section] = local.section(protocol, &codecs, local.direction, local.rtcp_mux, &keys, dtls);
    session
}

/// Reads the peer's answer to `offered`, a description made by [`offer`] from the same `local`.
pub fn accept(
    local: &LocalMedia,
    offered: &SessionDescription,
    answered: &SessionDescription,
) -> Result<Negotiated, Refusal> {
    let section =
        offered.media.iter().position(|m| m.kind == "audio" && m.port != 0).ok_or(Refusal::NoAudio)?;
    let ours = &offered.media[section];
    let theirs = answered.media.get(section).ok_or(Refusal::NoAudio)?;
    if !theirs.kind.eq_ignore_ascii_case("audio") {
        return Err(Refusal::NoAudio);
    }
    if theirs.port == 0 {
        return Err(Refusal::AudioRefused);
    }
    let (our_codecs, their_codecs) = (ours.codecs(), theirs.codecs());
    let (codec, receive) = their_codecs
        .iter()
        .filter(|c| c.carries_speech())
        .find_map(|c| our_codecs.iter().find(|o| o.same_encoding(c)).map(|o| (c, o)))
        .ok_or(Refusal::NoCommonCodec)?;
    let telephone_event =
        events(&their_codecs, &our_codecs, codec.clock_rate).map(|(send, receive)| EventPayloadTypes {
            send: send.payload_type,
            receive: receive.payload_type,
            clock_rate: send.clock_rate,
        });
    let dtls = dtls::accept(answered, theirs, local);
    let srtp = match &dtls {
        Some(_) => None,
        None if dtls::is_dtls(offered, ours) => return Err(Refusal::Keys),
        None => crypto::agreed(ours, theirs, local.srtp)?,
    };
    let rtcp_mux = [ours, theirs].iter().all(|m| m.attribute("rtcp-mux").is_some());
    let wanted = peer_direction(answered, theirs);
    Ok(Negotiated {
        codec: codec.clone(),
        receive_payload_type: receive.payload_type,
        telephone_event,
        peer: peer(answered, theirs, rtcp_mux),
        direction: wanted.reversed().and(ours.direction(offered)),
        held_by_peer: !wanted.receives() && ours.direction(offered).sends(),
        ptime: ptime(theirs, local.ptime),
        srtp,
        dtls,
        section,
    })
}

/// A stream that was protected stays so, whatever new streams are offered with (RFC 4568, section 7.1.4).
fn keep_keys(local: &LocalMedia, previous: &MediaDescription) -> Vec<Crypto> {
    match (crypto::lines(previous), &local.srtp_key) {
        (lines, Some(key)) if !lines.is_empty() => {
            lines.into_iter().map(|line| Crypto { key: key.clone(), ..line }).collect()
        }
        (lines, _) => lines,
    }
}

/// The association stays while nothing of it changes, and either side may have begun it (RFC 8842 section 5.5).
fn keep_dtls(previous: &MediaDescription) -> Vec<Attribute> {
    const KEPT: [&str; 7] =
        ["fingerprint", "setup", "mid", "ice-ufrag", "ice-pwd", "candidate", "end-of-candidates"];
    let kept = previous.attributes.iter().filter(|a| KEPT.contains(&a.name.as_str())).cloned();
    kept.map(|a| if a.name == "setup" { Attribute::new("setup", "actpass") } else { a }).collect()
}

/// Our codecs under the payload types they have had, or under ones that are free.
fn keep_payload_types(ours: &[Codec], given_out: &[Codec]) -> Vec<Codec> {
    let mut taken: Vec<u8> = given_out.iter().map(|c| c.payload_type).collect();
    let mut codecs = Vec::with_capacity(ours.len());
    for codec in ours {
        let payload_type = match given_out.iter().find(|g| g.same_encoding(codec)) {
            Some(given) => given.payload_type,
            None if taken.contains(&codec.payload_type) => {
                (96..128).find(|p| !taken.contains(p)).unwrap_or(codec.payload_type)
            }
            None => codec.payload_type,
        };
        taken.push(payload_type);
        codecs.push(Codec { payload_type, ..codec.clone() });
    }
    codecs
}
