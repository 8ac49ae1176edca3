//! From an offer to a peer and its answer: ICE-lite with one host candidate, DTLS-SRTP, Opus or PCMU.

use std::net::SocketAddr;
use std::time::Instant;

use rtc::interceptor::Registry;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::certificate::RTCCertificate;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::interceptor_registry::configure_rtcp_reports;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_PCMU, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::{SettingEngine, SettingEngineBuilder};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use rtc::shared::error::Error;
use tandem_audio::codec::Encoding;
use tandem_switchboard::ports::browser_phone::{BrowserPeer, BrowserPhoneError, PeerState};
use tokio::sync::{mpsc, watch};

use crate::offer;
use crate::peer::Peer;
use crate::sound::{Agreed, ENCODINGS, Hearing, Speaking};

/// A peer that waits for its browser, by which user name its checks are known, and what its asker gets.
pub(crate) struct Answered {
    pub peer: Peer,
    pub user_name: String,
    pub browser: BrowserPeer,
}

/// Answers one offer. `local` is where the browser is to send.
pub(crate) fn answer(
    sdp: String,
    certificate: &RTCCertificate,
    local: SocketAddr,
    now: Instant,
) -> Result<Answered, BrowserPhoneError> {
    offer::check(&sdp)?;
    let unreadable = |error: Error| match error {
        Error::ErrSenderWithNoCodecs => offer::expected("audio in Opus or PCMU"),
        error => offer::expected(&format!("an offer that can be answered ({error})")),
    };
    let offer = RTCSessionDescription::offer(sdp).map_err(unreadable)?;
    let (user_name, password) =
        (format!("{:016x}", rand::random::<u64>()), format!("{:032x}", rand::random::<u128>()));
    let settings = settings(&user_name, password);
    let ssrc = rand::random();
    let (mut pc, sender) = connection(certificate, settings, ssrc, now).map_err(unreadable)?;
    pc.set_remote_description(now, offer).map_err(unreadable)?;
    add_candidate(&mut pc, local).map_err(unreadable)?;
    let answer = pc.create_answer(None).map_err(unreadable)?;
    pc.set_local_description(now, answer).map_err(unreadable)?;
    let agreed = agreed(&mut pc, sender);
    let Some(&first) = agreed.first() else { return Err(offer::expected("audio in Opus or PCMU")) };
    let answer = pc.local_description().map(|answer| answer.sdp).unwrap_or_default();

    let (tell, state) = watch::channel(PeerState::Connecting);
    let (orders, taken) = mpsc::unbounded_channel();
    let peer = Peer {
        pc,
        local,
        sender,
        ssrc,
        hearing: Hearing::new(agreed),
        speaking: Speaking::new(first, rand::random(), rand::random()),
        link: None,
        channel: None,
        untold: None,
        state: tell,
        orders: taken,
        born: now,
        last_heard: now,
        ending: None,
    };
    Ok(Answered { peer, user_name, browser: BrowserPeer { answer, state, orders } })
}

fn settings(user_name: &str, password: String) -> SettingEngine {
    SettingEngineBuilder::new()
        .with_lite(true)
        .with_ice_credentials(user_name.to_owned(), password)
        // The browser begins, so that nothing of ours is sent before its checks came.
        .with_answering_dtls_role(RTCDtlsRole::Server)
        .build()
}

fn connection(
    certificate: &RTCCertificate,
    settings: SettingEngine,
    ssrc: u32,
    now: Instant,
) -> Result<(RTCPeerConnection, RTCRtpSenderId), Error> {
    let mut media = MediaEngine::default();
    for encoding in ENCODINGS {
        media.register_codec(codec(encoding), RtpCodecKind::Audio)?;
    }
    let registry = configure_rtcp_reports(Registry::new());
    let configuration = RTCConfigurationBuilder::new().with_certificates(vec![certificate.clone()]).build();
    let mut pc = RTCPeerConnectionBuilder::new()
        .with_configuration(configuration)
        .with_setting_engine(settings)
        .with_media_engine(media)
        .with_interceptor_registry(registry)
        .build(now)?;
    let encodings = ENCODINGS.map(|encoding| RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
        codec: codec(encoding).rtp_codec,
        ..Default::default()
    });
    let [first, _] = encodings;
    let track = MediaStreamTrack::new(
        "tandem".to_owned(),
        "call".to_owned(),
        "call".to_owned(),
        RtpCodecKind::Audio,
        vec![first],
    );
    let sender = pc.add_track(track)?;
    Ok((pc, sender))
}

fn add_candidate(pc: &mut RTCPeerConnection, local: SocketAddr) -> Result<(), Error> {
    let host = CandidateHostConfig {
        base_config: CandidateConfig {
            network: "udp".to_owned(),
            address: local.ip().to_string(),
            port: local.port(),
            component: 1,
            ..Default::default()
        },
        ..Default::default()
    };
    pc.add_local_candidate(RTCIceCandidate::from(&host.new_candidate_host()?).to_json()?)
}

/// What both sides have, ours first; the payload types are the browser's.
fn agreed(pc: &mut RTCPeerConnection, sender: RTCRtpSenderId) -> Vec<Agreed> {
    let Some(mut sender) = pc.rtp_sender(sender) else { return Vec::new() };
    let found = &sender.get_parameters().rtp_parameters.codecs;
    let of = |encoding: Encoding| {
        let wanted = codec(encoding).rtp_codec.mime_type;
        let codec = found.iter().find(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(&wanted))?;
        Some(Agreed { encoding, payload_type: codec.payload_type })
    };
    ENCODINGS.into_iter().filter_map(of).collect()
}

/// The parameters of RFC 7587 (section 6.1) and RFC 3551 (section 6).
fn codec(encoding: Encoding) -> RTCRtpCodecParameters {
    let (mime_type, clock_rate, channels, parameters, payload_type) = match encoding {
        // Mono at 8 kHz is all that a telephone has; the browser need not send more.
        Encoding::Opus => {
            (MIME_TYPE_OPUS, 48_000, 2, "minptime=10;useinbandfec=1;stereo=0;maxplaybackrate=8000", 111)
        }
        _ => (MIME_TYPE_PCMU, 8_000, 1, "", 0),
    };
    RTCRtpCodecParameters {
        rtp_codec: RTCRtpCodec {
            mime_type: mime_type.to_owned(),
            clock_rate,
            channels,
            sdp_fmtp_line: parameters.to_owned(),
            rtcp_feedback: Vec::new(),
        },
        payload_type,
    }
}
