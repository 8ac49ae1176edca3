//! One browser: its peer connection, the link whose sound it carries, and how either ends.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rtc::data_channel::RTCDataChannelId;
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::event::{RTCDataChannelEvent, RTCPeerConnectionEvent};
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::RTCDtlsTransportState;
use rtc::rtp;
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use tandem_console_api::live::PhoneMessage;
use tandem_switchboard::ports::browser_phone::{PeerOrder, PeerState};
use tandem_switchboard::ports::media::{AudioLink, FRAME, SAMPLE_RATE};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, watch};

use crate::sound::{Hearing, Speaking};

/// From the offer to the agreed keys, at most.
const SETUP: Duration = Duration::from_secs(15);
/// A browser sends fifty packets a second, spoken or not; one that sends nothing for so long is gone. It may stop
/// consenting (RFC 7675) only after 30 s, which is too long for a customer to talk to nobody.
const SILENCE: Duration = Duration::from_secs(6);
/// For the last message to arrive in.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Frames sent in one tick at most, after the room's came late.
const BURST: usize = 5;

/// A browser's side of the exchange.
pub(crate) struct Peer {
    pub(crate) pc: RTCPeerConnection,
    pub(crate) local: SocketAddr,
    pub(crate) sender: RTCRtpSenderId,
    pub(crate) ssrc: u32,
    pub(crate) hearing: Hearing,
    pub(crate) speaking: Speaking,
    pub(crate) link: Option<AudioLink>,
    /// The browser's data channel, once it is open.
    pub(crate) channel: Option<RTCDataChannelId>,
    /// To be said on it: that the browser is a phone, or that it no longer is.
    pub(crate) untold: Option<PhoneMessage>,
    pub(crate) state: watch::Sender<PeerState>,
    pub(crate) orders: mpsc::UnboundedReceiver<PeerOrder>,
    pub(crate) born: Instant,
    pub(crate) last_heard: Instant,
    /// When the connection is to be closed.
    pub(crate) ending: Option<Instant>,
}

impl Peer {
    /// Takes a datagram that is this peer's.
    pub(crate) fn read(&mut self, bytes: &[u8], from: SocketAddr, now: Instant) {
        let transport = TransportContext {
            local_addr: self.local,
            peer_addr: from,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        self.last_heard = now;
        let read = self.pc.handle_read(TaggedBytesMut { now, transport, message: BytesMut::from(bytes) });
        if let Err(error) = read {
            // Forged and damaged packets end here, and there is nothing to be done about them.
            tracing::trace!(%error, "a browser's packet was not understood");
        }
        self.advance(now);
    }

    /// One tick, carried out at `now`: orders, timers, and 20 ms of sound each way.
    pub(crate) fn tick(&mut self, tick: Instant, now: Instant) {
        self.obey(now);
        if self.pc.poll_timeout().is_some_and(|deadline| deadline <= now)
            && let Err(error) = self.pc.handle_timeout(now)
        {
            tracing::debug!(%error, "a browser's timer failed");
        }
        self.carry(tick, now);
        self.tell(now);
        self.advance(now);
        if self.is_closed() {
            self.ending.get_or_insert(now);
        }
        let (since, most) = match *self.state.borrow() {
            PeerState::Connecting => (self.born, SETUP),
            _ => (self.last_heard, SILENCE),
        };
        if now.saturating_duration_since(since) > most {
            tracing::info!(after = ?most, "a browser sends nothing");
            self.ending.get_or_insert(now);
        }
    }

    /// Whether it is over; what closing says is still to be sent.
    pub(crate) fn close_if_ended(&mut self, now: Instant) -> bool {
        if self.ending.is_none_or(|at| at > now) {
            return false;
        }
        self.close();
        true
    }

    /// Ends it now.
    pub(crate) fn close(&mut self) {
        self.state.send_replace(PeerState::Gone);
        self.link = None;
        if let Err(error) = self.pc.close() {
            tracing::debug!(%error, "a browser's connection was not closed in order");
        }
    }

    /// Whether the browser said goodbye, which is no event of the connection's: the way there is still open.
    fn is_closed(&mut self) -> bool {
        let Some(sender) = self.pc.rtp_sender(self.sender) else { return true };
        let handshake = sender.transport().map(|transport| transport.state());
        matches!(handshake, Some(RTCDtlsTransportState::Closed | RTCDtlsTransportState::Failed))
    }

    fn obey(&mut self, now: Instant) {
        loop {
            match self.orders.try_recv() {
                Ok(PeerOrder::Carry(link)) => {
                    self.link = Some(link);
                    let frame_samples = FRAME as u32;
                    self.untold = Some(PhoneMessage::Hello { sample_rate: SAMPLE_RATE, frame_samples });
                }
                Ok(PeerOrder::Replaced) => {
                    self.link = None;
                    self.untold = Some(PhoneMessage::Replaced);
                    self.ending.get_or_insert(now + LAST_WORDS);
                }
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.ending.get_or_insert(now);
                    return;
                }
            }
        }
    }

    /// The room's clock is this machine's as well: its frames come one a tick, or a little early or late, which the
    /// browser's own buffer evens out.
    fn carry(&mut self, tick: Instant, now: Instant) {
        let Some(link) = &mut self.link else { return };
        let mut said = 0;
        while said < BURST
            && let Ok(frame) = link.from_room.try_recv()
        {
            said += 1;
            let outgoing = self.speaking.packet(&frame);
            let header = rtp::header::Header {
                version: 2,
                marker: outgoing.marker,
                payload_type: outgoing.payload_type,
                sequence_number: outgoing.sequence,
                timestamp: outgoing.timestamp,
                ssrc: self.ssrc,
                ..Default::default()
            };
            let packet = rtp::packet::Packet { header, payload: outgoing.payload.into() };
            let sent = self.pc.rtp_sender(self.sender).map(|mut sender| sender.write_rtp(now, packet));
            if let Some(Err(error)) = sent {
                tracing::trace!(%error, "a packet to a browser was not sent");
            }
        }
        if said == 0 {
            self.speaking.nothing();
        }
        // A full queue drops the frame: late audio is worse than missing audio.
        let gone = match link.to_room.try_send(self.hearing.pull(tick)) {
            Err(mpsc::error::TrySendError::Closed(_)) => true,
            Ok(()) | Err(mpsc::error::TrySendError::Full(_)) => false,
        };
        if gone || link.from_room.is_closed() {
            self.ending.get_or_insert(now);
        }
    }

    /// Tells the browser what it is to know, once its data channel is open.
    fn tell(&mut self, now: Instant) {
        if let Some(message) = self.untold.take()
            && !self.say(&message, now)
        {
            self.untold = Some(message);
        }
    }

    fn say(&mut self, message: &PhoneMessage, now: Instant) -> bool {
        let Some(mut channel) = self.channel.and_then(|id| self.pc.data_channel(id)) else { return false };
        let text = serde_json::to_string(message).unwrap_or_default();
        channel
            .send_text(now, text)
            .inspect_err(|error| tracing::debug!(%error, "a browser was not told"))
            .is_ok()
    }

    /// Takes what the connection has to tell after anything was done to it.
    fn advance(&mut self, now: Instant) {
        while let Some(event) = self.pc.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) => self.stands(state, now),
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnOpen(id)) => {
                    self.channel.get_or_insert(id);
                }
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnClose(id))
                    if self.channel == Some(id) =>
                {
                    self.ending.get_or_insert(now);
                }
                _ => {}
            }
        }
        while let Some(TaggedRTCMessage { message, .. }) = self.pc.poll_read() {
            if let RTCMessage::RtpPacket(_, packet) = message
                && self.link.is_some()
            {
                let header = &packet.header;
                self.hearing.take(header.payload_type, header.ssrc, header.timestamp, &packet.payload, now);
            }
        }
    }

    fn stands(&mut self, state: RTCPeerConnectionState, now: Instant) {
        tracing::debug!(%state, "a browser's connection");
        match state {
            RTCPeerConnectionState::Connected => {
                self.state.send_if_modified(|told| {
                    let first = *told == PeerState::Connecting;
                    if first {
                        *told = PeerState::Connected;
                    }
                    first
                });
            }
            RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed => {
                self.ending.get_or_insert(now);
            }
            _ => {}
        }
    }
}
