//! The least of RTCP: a compound of SR or RR with SDES CNAME, and BYE (RFC 3550, section 6).

use crate::ReportBlock;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const BYE: u8 = 203;
const BLOCK_LEN: usize = 24;

/// Why bytes are not an RTCP compound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RtcpError {
    #[error("reading an RTCP packet: a length goes past the datagram")]
    Short,
    #[error("reading an RTCP packet: not version 2")]
    Version,
}

/// A sender report's own numbers (RFC 3550, section 6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SenderReport {
    /// NTP time, 32.32 fixed point seconds since 1900.
    pub ntp: u64,
    pub rtp_timestamp: u32,
    pub packets: u32,
    pub octets: u32,
}

/// One packet of a compound that means something to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rtcp {
    Sender { ssrc: u32, report: SenderReport, blocks: Vec<ReportBlock> },
    Receiver { ssrc: u32, blocks: Vec<ReportBlock> },
    Bye { ssrc: u32 },
}

/// Writes SR (with `sender`) or RR, followed by an SDES with the CNAME (at most 255 bytes of it).
pub fn write_report(
    ssrc: u32,
    sender: Option<&SenderReport>,
    block: Option<&ReportBlock>,
    cname: &str,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(96);
    let words = 1 + sender.map_or(0, |_| 5) + block.map_or(0, |_| BLOCK_LEN / 4);
    let kind = if sender.is_some() { SENDER_REPORT } else { RECEIVER_REPORT };
    head(&mut out, u8::from(block.is_some()), kind, words);
    out.extend_from_slice(&ssrc.to_be_bytes());
    if let Some(report) = sender {
        out.extend_from_slice(&report.ntp.to_be_bytes());
        for word in [report.rtp_timestamp, report.packets, report.octets] {
            out.extend_from_slice(&word.to_be_bytes());
        }
    }
    if let Some(block) = block {
        let lost = u32::from(block.fraction_lost) << 24 | block.cumulative_lost as u32 & 0xFF_FFFF;
        let words = [
            block.ssrc,
            lost,
            block.highest_sequence,
            block.jitter,
            block.last_sr,
            block.delay_since_last_sr,
        ];
        words.iter().for_each(|word| out.extend_from_slice(&word.to_be_bytes()));
    }
    let name = &cname.as_bytes()[..cname.len().min(255)];
    // The item list ends with at least one zero and fills up to a word (section 6.5).
    let chunk = 4 + (2 + name.len() + 1).next_multiple_of(4);
    head(&mut out, 1, DESCRIPTION, chunk / 4);
    let end = out.len() + chunk;
    out.extend_from_slice(&ssrc.to_be_bytes());
    out.extend_from_slice(&[1, name.len() as u8]);
    out.extend_from_slice(name);
    out.resize(end, 0);
    out
}

/// Reads a compound; packets of other types are passed over.
///
/// # Errors
/// When a packet is of another version or longer than the datagram.
pub fn parse_rtcp(mut datagram: &[u8]) -> Result<Vec<Rtcp>, RtcpError> {
    let mut found = Vec::new();
    while !datagram.is_empty() {
        let head = datagram.get(..4).ok_or(RtcpError::Short)?;
        if head[0] >> 6 != 2 {
            return Err(RtcpError::Version);
        }
        let end = 4 + 4 * usize::from(u16::from_be_bytes([head[2], head[3]]));
        let body = datagram.get(4..end).ok_or(RtcpError::Short)?;
        let count = usize::from(head[0] & 0x1F);
        match head[1] {
            SENDER_REPORT => {
                let report = SenderReport {
                    ntp: u64::from(word(body, 1)?) << 32 | u64::from(word(body, 2)?),
                    rtp_timestamp: word(body, 3)?,
                    packets: word(body, 4)?,
                    octets: word(body, 5)?,
                };
                found.push(Rtcp::Sender { ssrc: word(body, 0)?, report, blocks: blocks(body, 6, count)? });
            }
            RECEIVER_REPORT => {
                found.push(Rtcp::Receiver { ssrc: word(body, 0)?, blocks: blocks(body, 1, count)? });
            }
            BYE if count > 0 => found.push(Rtcp::Bye { ssrc: word(body, 0)? }),
            _ => {}
        }
        datagram = &datagram[end..];
    }
    Ok(found)
}

fn head(out: &mut Vec<u8>, count: u8, kind: u8, words: usize) {
    out.extend_from_slice(&[2 << 6 | count, kind]);
    out.extend_from_slice(&(words as u16).to_be_bytes());
}

fn word(body: &[u8], index: usize) -> Result<u32, RtcpError> {
    let bytes = body.get(4 * index..4 * index + 4).ok_or(RtcpError::Short)?;
    Ok(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn blocks(body: &[u8], first: usize, count: usize) -> Result<Vec<ReportBlock>, RtcpError> {
    (0..count)
        .map(|n| {
            let at = first + n * BLOCK_LEN / 4;
            let lost = word(body, at + 1)?;
            Ok(ReportBlock {
                ssrc: word(body, at)?,
                fraction_lost: (lost >> 24) as u8,
                // Sign-extends the 24 bits.
                cumulative_lost: ((lost << 8) as i32) >> 8,
                highest_sequence: word(body, at + 2)?,
                jitter: word(body, at + 3)?,
                last_sr: word(body, at + 4)?,
                delay_since_last_sr: word(body, at + 5)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: ReportBlock = ReportBlock {
        ssrc: 9,
        fraction_lost: 12,
        cumulative_lost: -3,
        highest_sequence: 70_000,
        jitter: 17,
        last_sr: 0xABCD,
        delay_since_last_sr: 65_536,
    };

    #[test]
    fn a_report_reads_back_and_its_name_is_passed_over() {
        let report = SenderReport { ntp: 0x1234_5678_9ABC_DEF0, rtp_timestamp: 8, packets: 3, octets: 480 };
        for cname in ["", "a", "ab", "abc", "tandem@call"] {
            let bytes = write_report(5, Some(&report), Some(&BLOCK), cname);
            assert_eq!(bytes.len() % 4, 0);
            assert!(crate::is_rtcp(&bytes));
            assert_eq!(parse_rtcp(&bytes), Ok(vec![Rtcp::Sender { ssrc: 5, report, blocks: vec![BLOCK] }]));
        }
        let bytes = write_report(5, None, None, "x");
        assert_eq!(parse_rtcp(&bytes), Ok(vec![Rtcp::Receiver { ssrc: 5, blocks: vec![] }]));
    }

    #[test]
    fn truncated_compounds_are_errors_and_never_panics() {
        let bytes = write_report(5, None, Some(&BLOCK), "cname");
        for cut in (1..bytes.len()).filter(|cut| *cut != 32) {
            assert_eq!(parse_rtcp(&bytes[..cut]), Err(RtcpError::Short), "cut at {cut}");
        }
        assert_eq!(parse_rtcp(&[0; 8]), Err(RtcpError::Version));
    }
}
