//! When reports are sent, and what those of the peer say (RFC 3550, sections 6.3 and 6.4).

use std::time::{Duration, Instant};

use crate::{ReceiverStatistics, Rtcp, SenderReport, parse_rtcp, write_report};

/// Between two reports on average (section 6.2).
const INTERVAL: Duration = Duration::from_secs(5);
/// Makes up for the bias of the timer's reconsideration (section 6.3.1).
const COMPENSATION: f64 = std::f64::consts::E - 1.5;

/// The time to the next report: half to one and a half of 5 s, and half of that for the first (section 6.3.1).
/// `random` is any 32 random bits.
pub fn report_interval(random: u32, first: bool) -> Duration {
    let spread = 0.5 + f64::from(random) / f64::from(u32::MAX);
    INTERVAL.mul_f64(spread / COMPENSATION * if first { 0.5 } else { 1.0 })
}

/// What has been sent, for a sender report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    pub rtp_timestamp: u32,
    pub packets: u32,
    /// Of payload.
    pub octets: u32,
}

/// The reports of one stream in both directions.
#[derive(Debug, Clone)]
pub struct Reports {
    /// NTP times count from here: elapsed time is allowed where no wall clock is (section 4).
    epoch: Instant,
    ssrc: u32,
    due: Option<Instant>,
    /// The middle of the peer's last NTP time, and when it came.
    last_sr: Option<(u32, Instant)>,
    round_trip: Option<Duration>,
    remote_loss: Option<f32>,
}

impl Reports {
    /// Of our stream `ssrc`, beginning at `now`.
    pub fn new(ssrc: u32, now: Instant) -> Self {
        Self { epoch: now, ssrc, due: None, last_sr: None, round_trip: None, remote_loss: None }
    }

    /// Reads a compound that arrived at `at`; what is malformed or about other streams changes nothing.
    pub fn receive(&mut self, compound: &[u8], at: Instant) {
        for packet in parse_rtcp(compound).unwrap_or_default() {
            let blocks = match packet {
                Rtcp::Sender { report, blocks, .. } => {
                    self.last_sr = Some(((report.ntp >> 16) as u32, at));
                    blocks
                }
                Rtcp::Receiver { blocks, .. } => blocks,
                Rtcp::Bye { .. } => Vec::new(),
            };
            let Some(block) = blocks.iter().find(|block| block.ssrc == self.ssrc) else { continue };
            self.remote_loss = Some(f32::from(block.fraction_lost) / 256.0);
            if block.last_sr != 0 {
                let passed = self.middle(at).wrapping_sub(block.last_sr);
                // Rounding and clocks of different pace can make it negative by a little.
                let travelled = (passed.wrapping_sub(block.delay_since_last_sr) as i32).max(0);
                self.round_trip = Some(Duration::from_secs_f64(f64::from(travelled) / 65_536.0));
            }
        }
    }

    /// A report, when one is due: SR with `sent`, RR without. `random` is any 32 random bits.
    pub fn poll(
        &mut self,
        now: Instant,
        random: u32,
        sent: Option<Sent>,
        peer: Option<(u32, &mut ReceiverStatistics)>,
    ) -> Option<Vec<u8>> {
        let due = *self.due.get_or_insert_with(|| now + report_interval(random, true));
        if now < due {
            return None;
        }
        self.due = Some(now + report_interval(random, false));
        let block = peer.map(|(ssrc, statistics)| {
            let mut block = statistics.report(ssrc);
            if let Some((middle, at)) = self.last_sr {
                block.last_sr = middle;
                block.delay_since_last_sr = fixed(now.saturating_duration_since(at)) as u32;
            }
            block
        });
        let sender = sent.map(|sent| SenderReport {
            ntp: self.ntp(now),
            rtp_timestamp: sent.rtp_timestamp,
            packets: sent.packets,
            octets: sent.octets,
        });
        Some(write_report(self.ssrc, sender.as_ref(), block.as_ref(), &format!("{:08x}@tandem", self.ssrc)))
    }

    /// There and back, by the peer's last report.
    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// The part of our packets that the peer missed lately, 0 to 1.
    pub fn remote_loss(&self) -> Option<f32> {
        self.remote_loss
    }

    /// 32.32 fixed point; one second on, so that no time of ours is the zero that means "none".
    fn ntp(&self, at: Instant) -> u64 {
        let elapsed = at.saturating_duration_since(self.epoch) + Duration::from_secs(1);
        (elapsed.as_secs() << 32) | ((u64::from(elapsed.subsec_nanos()) << 32) / 1_000_000_000)
    }

    fn middle(&self, at: Instant) -> u32 {
        (self.ntp(at) >> 16) as u32
    }
}

/// In 1/65536 s.
fn fixed(duration: Duration) -> u64 {
    (duration.as_secs_f64() * 65_536.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Header;

    const SENT: Sent = Sent { rtp_timestamp: 7, packets: 250, octets: 40_000 };

    #[test]
    fn intervals_are_spread_as_the_rfc_wants() {
        let seconds = |random, first| report_interval(random, first).as_secs_f64();
        assert!((seconds(0, false) - 2.052).abs() < 0.01 && (seconds(u32::MAX, false) - 6.156).abs() < 0.01);
        assert!((seconds(0, true) - 1.026).abs() < 0.01);
    }

    #[test]
    fn two_ends_find_their_round_trip_and_what_the_other_missed() {
        let start = Instant::now();
        let (mut near, mut far) = (Reports::new(1, start), Reports::new(2, start));
        let mut heard = ReceiverStatistics::new(8_000);
        for n in (0..100u16).filter(|n| n % 4 != 1) {
            let header = Header {
                marker: false,
                payload_type: 0,
                sequence: n,
                timestamp: u32::from(n) * 160,
                ssrc: 1,
            };
            heard.received(&header, start + Duration::from_millis(20 * u64::from(n)));
        }
        assert_eq!(near.poll(start, 0, Some(SENT), None), None, "not at once");
        let at = start + Duration::from_secs(2);
        let report = near.poll(at, 0, Some(SENT), None).expect("due");
        assert_eq!(near.poll(at, 0, Some(SENT), None), None, "once");
        far.receive(&report, at + Duration::from_millis(40));
        far.poll(at, u32::MAX, None, None);
        let later = at + Duration::from_secs(9);
        let back = far.poll(later, 0, None, Some((1, &mut heard))).expect("due");
        near.receive(&back, later + Duration::from_millis(60));
        let round_trip = near.round_trip().expect("measured").as_secs_f64();
        assert!((round_trip - 0.1).abs() < 0.001, "{round_trip}");
        assert_eq!(near.remote_loss(), Some(64.0 / 256.0));
    }

    #[test]
    fn reports_about_others_and_nonsense_change_nothing() {
        let start = Instant::now();
        let mut near = Reports::new(1, start);
        let mut heard = ReceiverStatistics::new(8_000);
        let mut far = Reports::new(2, start);
        far.poll(start, 0, None, None);
        let about_another = far.poll(start + Duration::from_secs(9), 0, None, Some((9, &mut heard)));
        near.receive(&about_another.expect("due"), start);
        near.receive(&[0x80, 201, 0, 9], start);
        assert_eq!((near.round_trip(), near.remote_loss()), (None, None));
    }
}
