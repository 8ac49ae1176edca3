//! RTP (RFC 3550) and telephone events (RFC 4733): bytes in, numbers out, and back.
//!
//! Nothing here owns a socket, reads a clock or draws randomness: arrival times come in as `Instant`, and the random
//! starts of SSRC, sequence and timestamp are arguments.

mod event_receiver;
mod event_sender;
mod packet;
mod quality;
mod reports;
mod rtcp;
mod sequence;
mod statistics;

pub use event_receiver::EventReceiver;
pub use event_sender::{EventSender, OutgoingEvent};
pub use packet::{Header, Packet, PacketError};
pub use quality::{Impairment, mos};
pub use reports::{Reports, Sent, report_interval};
pub use rtcp::{Rtcp, RtcpError, SenderReport, parse_rtcp, write_report};
pub use sequence::{Extender, sequence_distance, timestamp_distance};
pub use statistics::{ReceiverStatistics, ReportBlock};

/// Bytes of an RTP header without CSRCs and extension (RFC 3550, section 5.1).
pub const HEADER_LEN: usize = 12;

/// Says whether a datagram on a shared port is RTCP rather than RTP (RFC 5761, section 4).
pub fn is_rtcp(datagram: &[u8]) -> bool {
    datagram.len() >= 4 && datagram[0] >> 6 == 2 && (192..=223).contains(&datagram[1])
}
