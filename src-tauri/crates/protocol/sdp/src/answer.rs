//! Answering an offer (RFC 3264 section 6).

use crate::codec::Codec;
use crate::crypto;
use crate::description::{Attribute, SessionDescription};
use crate::dtls;
use crate::local::LocalMedia;
use crate::media::MediaDescription;
use crate::negotiated::{
    EventPayloadTypes, Negotiated, Refusal, audio_section, events, peer, peer_direction, ptime,
};

/// Our answer, and what it agrees to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub description: SessionDescription,
    pub negotiated: Negotiated,
}

/// Answers an offer: the first live audio section is taken with the first codec of the offer that we have, under the
/// offer's payload types; every other section is refused with port 0 in its place.
///
/// Only the one codec is answered, so that the peer cannot change to another one in the middle of the stream.
pub fn answer(offered: &SessionDescription, local: &LocalMedia) -> Result<Answer, Refusal> {
    let section = audio_section(offered, local)?;
    let theirs = &offered.media[section];
    let their_codecs = theirs.codecs();
    let (codec, ours) = their_codecs
        .iter()
        .filter(|c| c.carries_speech())
        .find_map(|c| local.codecs.iter().find(|o| o.same_encoding(c)).map(|o| (c, o)))
        .ok_or(Refusal::NoCommonCodec)?;

    let (attributes, dtls) = dtls::answer(offered, theirs, local).unzip();
    let keys = if dtls.is_some() { None } else { crypto::choose(theirs, local)? };
    let (line, srtp) = keys.unzip();
    let attributes: Vec<Attribute> = attributes.unwrap_or_default();

    // Our own format parameters go out, under the payload type of the offer (RFC 3264 section 6.1).
    let under = |number: &Codec, ours: &Codec| Codec { payload_type: number.payload_type, ..ours.clone() };
    let mut answered = vec![under(codec, ours)];
    let events = events(&their_codecs, &local.codecs, codec.clock_rate);
    answered.extend(events.map(|(theirs, ours)| under(theirs, ours)));

    let wanted = peer_direction(offered, theirs);
    let direction = wanted.reversed().and(local.direction);
    let rtcp_mux = local.rtcp_mux && theirs.attribute("rtcp-mux").is_some();
    let mut description = local.session(&attributes);
    for (at, media) in offered.media.iter().enumerate() {
        description.media.push(match at == section {
            true => {
                let (keys, dtls) = (line.as_slice(), attributes.clone());
                let mut taken = local.section(&media.protocol, &answered, direction, rtcp_mux, keys, dtls);
                taken.kind.clone_from(&media.kind);
                taken
            }
            false => refused(media),
        });
    }
    let negotiated = Negotiated {
        codec: codec.clone(),
        receive_payload_type: codec.payload_type,
        telephone_event: events.map(|(theirs, _)| EventPayloadTypes {
            send: theirs.payload_type,
            receive: theirs.payload_type,
            clock_rate: theirs.clock_rate,
        }),
        peer: peer(offered, theirs, rtcp_mux),
        direction,
        held_by_peer: !wanted.receives(),
        ptime: ptime(theirs, local.ptime),
        srtp,
        dtls,
        section,
    };
    Ok(Answer { description, negotiated })
}

/// A section that stays in its place without a stream. Its formats are kept, since at least one must stand.
pub(crate) fn refused(media: &MediaDescription) -> MediaDescription {
    MediaDescription {
        kind: media.kind.clone(),
        port: 0,
        port_count: None,
        protocol: media.protocol.clone(),
        formats: media.formats.clone(),
        connection: None,
        attributes: vec![Attribute::flag("inactive")],
        other: Vec::new(),
    }
}
