//! A browser made of the same library, with a socket of its own, and a room made of two channels.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp;
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use rtc::sansio::Protocol as _;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use tandem_audio::codec::{Decoder, Encoder, Encoding};
use tandem_audio::g711::Law;
use tandem_audio::{FRAME, measure, tone};
use tandem_browser_phone::{PeerConfig, PeerConnections};
use tandem_switchboard::ports::browser_phone::{BrowserPeer, BrowserPhones as _, PeerOrder, PeerState};
use tandem_switchboard::ports::media::AudioLink;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{interval, timeout};

/// What the browser says, and what its room does.
pub const SAID_HZ: f32 = 500.0;
pub const ROOM_HZ: f32 = 800.0;
const PATIENCE: Duration = Duration::from_secs(10);
const SSRC: u32 = 77;

pub fn connections() -> Arc<PeerConnections> {
    PeerConnections::start(PeerConfig::new([127, 0, 0, 1].into())).expect("a port and a thread")
}

/// Signal to everything else, dB: the median of quarters of a second, so that a busy machine's lost tick counts for no
/// more than it is. What was heard before the jitter buffers stood still is left out.
pub fn heard_db(heard: &[i16], hertz: f32) -> f64 {
    let settled = &heard[heard.len() / 3..];
    let mut levels: Vec<f64> = settled
        .chunks_exact(2_000)
        .map(|part| {
            let reference = tone::sine(hertz, 8_000.0, part.len() - 80, 0);
            measure::align(&reference, part, 79).snr_db
        })
        .collect();
    levels.sort_by(f64::total_cmp);
    assert!(levels.len() > 5, "too little was heard: {} samples", heard.len());
    levels[levels.len() / 2]
}

/// The exchange's side of a link.
pub struct Room {
    heard: mpsc::Receiver<Box<[i16]>>,
    said: mpsc::Sender<Box<[i16]>>,
}

/// Gives a peer its link.
pub fn carry(peer: &BrowserPeer) -> Room {
    let (to_room, heard) = mpsc::channel(25);
    let (said, from_room) = mpsc::channel(25);
    peer.orders.send(PeerOrder::Carry(AudioLink { to_room, from_room })).expect("the peer is there");
    Room { heard, said }
}

impl Room {
    /// Says a tone for so many frames and answers what was heard meanwhile.
    pub async fn exchange(self, frames: usize) -> Vec<i16> {
        self.pass(frames, true).await
    }

    pub async fn listen(self, frames: usize) -> Vec<i16> {
        self.pass(frames, false).await
    }

    async fn pass(mut self, frames: usize, speaking: bool) -> Vec<i16> {
        let mut ticks = interval(Duration::from_millis(20));
        let mut all = Vec::new();
        for n in 0..frames {
            ticks.tick().await;
            if speaking {
                let frame = tone::sine(ROOM_HZ, 8_000.0, FRAME, n * FRAME);
                self.said.send(frame.into()).await.expect("the peer is there");
            }
            while let Ok(frame) = self.heard.try_recv() {
                all.extend_from_slice(&frame);
            }
        }
        all
    }

    pub async fn is_dropped(&mut self) -> bool {
        timeout(PATIENCE, self.said.closed()).await.is_ok()
    }
}

/// The other side.
pub struct Browser {
    pc: RTCPeerConnection,
    sender: RTCRtpSenderId,
    socket: UdpSocket,
    address: SocketAddr,
    encoding: Encoding,
    decoder: Decoder,
    pub connected: bool,
    /// What was decoded, as it came.
    pub heard: Vec<i16>,
    /// Text on the data channel.
    pub told: Vec<String>,
}

impl Browser {
    /// Offers these codecs, by their names in SDP.
    pub fn new(codecs: &[&str]) -> Self {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_nonblocking(true).expect("non-blocking");
        let address = socket.local_addr().expect("bound");
        let mut media = MediaEngine::default();
        for name in codecs {
            media.register_codec(codec(name), RtpCodecKind::Audio).expect("registered");
        }
        let mut pc = RTCPeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().build())
            .with_media_engine(media)
            .build(Instant::now())
            .expect("built");
        let track = MediaStreamTrack::new(
            "stream".into(),
            "track".into(),
            "label".into(),
            RtpCodecKind::Audio,
            vec![RTCRtpEncodingParameters {
                rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(SSRC), ..Default::default() },
                codec: codec(codecs[0]).rtp_codec,
                ..Default::default()
            }],
        );
        let sender = pc.add_track(track).expect("added");
        pc.create_data_channel("phone", None).expect("a channel");
        let host = CandidateHostConfig {
            base_config: CandidateConfig {
                network: "udp".into(),
                address: address.ip().to_string(),
                port: address.port(),
                component: 1,
                ..Default::default()
            },
            ..Default::default()
        };
        let candidate = RTCIceCandidate::from(&host.new_candidate_host().expect("a candidate"));
        pc.add_local_candidate(candidate.to_json().expect("JSON")).expect("added");
        let encoding = if codecs[0] == "opus" { Encoding::Opus } else { Encoding::G711(Law::Mu) };
        Self {
            pc,
            sender,
            socket: UdpSocket::from_std(socket).expect("in a runtime"),
            address,
            encoding,
            decoder: Decoder::new(encoding),
            connected: false,
            heard: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Its offer, without candidates, as the console sends it.
    pub fn offer(&mut self) -> String {
        let offer = self.pc.create_offer(None).expect("an offer");
        self.pc.set_local_description(Instant::now(), offer.clone()).expect("taken");
        let lines = offer.sdp.lines().filter(|line| !line.starts_with("a=candidate"));
        lines.map(|line| format!("{line}\r\n")).collect()
    }

    pub fn accept(&mut self, answer: &str) {
        let answer = RTCSessionDescription::answer(answer.to_owned()).expect("an answer");
        self.pc.set_remote_description(Instant::now(), answer).expect("taken");
    }

    /// One that is connected, and the exchange's side of it.
    pub async fn connected(connections: &PeerConnections, codecs: &[&str]) -> (Self, BrowserPeer) {
        let mut browser = Self::new(codecs);
        let mut peer = connections.connect(browser.offer()).await.expect("an answer");
        assert!(peer.answer.contains("a=ice-lite") && peer.answer.contains("typ host"), "{}", peer.answer);
        browser.accept(&peer.answer);
        browser.run_until("a connection", |browser| browser.connected).await;
        let stands = timeout(PATIENCE, peer.state.wait_for(|state| *state == PeerState::Connected));
        stands.await.expect("in time").expect("told");
        (browser, peer)
    }

    /// Runs until something is so.
    pub async fn run_until(&mut self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !so(self) {
            assert!(Instant::now() < deadline, "{what} did not come");
            self.step().await;
        }
    }

    /// Says a tone for so many frames of 20 ms.
    pub async fn speak(&mut self, frames: usize) {
        self.pass(frames, true).await;
    }

    pub async fn listen(&mut self, frames: usize) {
        self.pass(frames, false).await;
    }

    /// Says goodbye and is gone.
    pub async fn close(&mut self) {
        self.pc.close().expect("closed");
        self.flush();
    }

    async fn pass(&mut self, frames: usize, speaking: bool) {
        let mut encoder = Encoder::new(self.encoding);
        let (clock, payload_type) =
            if self.encoding == Encoding::Opus { (960, 111) } else { (FRAME as u32, 0) };
        let mut next = Instant::now();
        for n in 0..frames {
            while Instant::now() < next {
                self.step().await;
            }
            next += Duration::from_millis(20);
            if !speaking {
                continue;
            }
            let mut payload = Vec::new();
            encoder.encode(&tone::sine(SAID_HZ, 8_000.0, FRAME, n * FRAME), &mut payload);
            let header = rtp::header::Header {
                version: 2,
                payload_type,
                sequence_number: n as u16,
                timestamp: n as u32 * clock,
                ssrc: SSRC,
                ..Default::default()
            };
            let packet = rtp::packet::Packet { header, payload: payload.into() };
            let mut sender = self.pc.rtp_sender(self.sender).expect("a sender");
            sender.write_rtp(Instant::now(), packet).expect("written");
            self.flush();
        }
    }

    /// Waits a few milliseconds for a packet, and does what is due.
    async fn step(&mut self) {
        self.flush();
        let mut buffer = [0; 2_000];
        let waited = timeout(Duration::from_millis(2), self.socket.recv_from(&mut buffer)).await;
        let now = Instant::now();
        if let Ok(Ok((length, from))) = waited {
            let transport = TransportContext {
                local_addr: self.address,
                peer_addr: from,
                ecn: None,
                transport_protocol: TransportProtocol::UDP,
            };
            let message = BytesMut::from(&buffer[..length]);
            let _ = self.pc.handle_read(TaggedBytesMut { now, transport, message });
        }
        if self.pc.poll_timeout().is_some_and(|deadline| deadline <= now) {
            self.pc.handle_timeout(now).expect("timers");
        }
        while let Some(event) = self.pc.poll_event() {
            if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) = event {
                self.connected = state == RTCPeerConnectionState::Connected;
            }
        }
        while let Some(TaggedRTCMessage { message, .. }) = self.pc.poll_read() {
            match message {
                RTCMessage::RtpPacket(_, packet) => self.decoder.decode(&packet.payload, &mut self.heard),
                RTCMessage::DataChannelMessage(_, message) => {
                    self.told.push(String::from_utf8_lossy(&message.data).into_owned());
                }
                _ => {}
            }
        }
        self.flush();
    }

    fn flush(&mut self) {
        while let Some(datagram) = self.pc.poll_write() {
            let _ = self.socket.try_send_to(&datagram.message, datagram.transport.peer_addr);
        }
    }
}

fn codec(name: &str) -> RTCRtpCodecParameters {
    let (clock_rate, channels, parameters, payload_type) =
        if name == "opus" { (48_000, 2, "minptime=10;useinbandfec=1", 111) } else { (8_000, 1, "", 0) };
    RTCRtpCodecParameters {
        rtp_codec: RTCRtpCodec {
            mime_type: format!("audio/{name}"),
            clock_rate,
            channels,
            sdp_fmtp_line: parameters.into(),
            rtcp_feedback: Vec::new(),
        },
        payload_type,
    }
}
