//! Session terms: what we offer and accept in SDP, and what media makes of it.

use std::net::SocketAddr;

use bytes::Bytes;

use crate::ports::media::RtpTerms;

pub fn offer(_local: SocketAddr, _session: u64) -> Bytes {
    Bytes::new()
}
pub fn answer(_offer: &[u8], _local: SocketAddr, _session: u64) -> Result<(Bytes, RtpTerms), u16> {
    Err(488)
}
pub fn read_answer(_sdp: &[u8]) -> Result<RtpTerms, u16> {
    Err(488)
}
