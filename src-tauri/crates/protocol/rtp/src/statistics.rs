//! What a receiver counts of one source: loss and interarrival jitter (RFC 3550, sections 6.4.1 and A.3, A.8).

use std::time::Instant;

use crate::{Extender, Header};

/// The reception report block's numbers (RFC 3550, section 6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReportBlock {
    pub ssrc: u32,
    /// Lost since the previous report, in 1/256.
    pub fraction_lost: u8,
    /// Lost since the beginning; duplicates can make it negative. 24 bits on the wire.
    pub cumulative_lost: i32,
    pub highest_sequence: u32,
    /// In timestamp units.
    pub jitter: u32,
    /// Middle 32 bits of the last sender report's NTP time, and the delay since, in 1/65536 s.
    pub last_sr: u32,
    pub delay_since_last_sr: u32,
}

/// Counts packets of one SSRC.
#[derive(Debug, Clone)]
pub struct ReceiverStatistics {
    clock_rate: f64,
    extender: Extender,
    first: Option<i64>,
    highest: i64,
    received: u64,
    jitter: f64,
    previous: Option<(Instant, u32)>,
    at_last_report: (u64, u64),
}

impl ReceiverStatistics {
    /// Begins at nothing; `clock_rate` in Hz (8000 for G.711).
    pub fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate: f64::from(clock_rate),
            extender: Extender::default(),
            first: None,
            highest: 0,
            received: 0,
            jitter: 0.0,
            previous: None,
            at_last_report: (0, 0),
        }
    }

    /// Takes a packet into account whose timestamp is not that of its sending (a telephone-event, comfort noise): it
    /// is one of the stream, but says nothing of the jitter.
    pub fn counted(&mut self, header: &Header) {
        let sequence = self.extender.sequence(header.sequence);
        self.highest = if self.first.is_none() { sequence } else { self.highest.max(sequence) };
        let first = *self.first.get_or_insert(sequence);
        self.first = Some(first.min(sequence));
        self.received += 1;
    }

    /// Takes a packet into account that arrived at `arrival`.
    pub fn received(&mut self, header: &Header, arrival: Instant) {
        self.counted(header);
        if let Some((before, timestamp)) = self.previous {
            let elapsed = if arrival >= before {
                arrival.duration_since(before).as_secs_f64()
            } else {
                -before.duration_since(arrival).as_secs_f64()
            };
            let media = crate::timestamp_distance(timestamp, header.timestamp) as f64;
            // A jump of the timestamp (new talk spurt of a careless sender) is not jitter.
            if media.abs() < 10.0 * self.clock_rate {
                let d = (elapsed * self.clock_rate - media).abs();
                self.jitter += (d - self.jitter) / 16.0;
            }
        }
        self.previous = Some((arrival, header.timestamp));
    }

    /// Packets that arrived, duplicates included.
    pub fn packets_received(&self) -> u64 {
        self.received
    }

    /// Packets that should have arrived by the highest sequence number seen.
    pub fn packets_expected(&self) -> u64 {
        self.first.map_or(0, |first| (self.highest - first + 1).unsigned_abs())
    }

    /// Packets lost so far, never below zero.
    pub fn packets_lost(&self) -> u64 {
        self.packets_expected().saturating_sub(self.received)
    }

    /// Interarrival jitter in milliseconds.
    pub fn jitter_ms(&self) -> f64 {
        self.jitter / self.clock_rate * 1000.0
    }

    /// The block for a receiver report; the fraction covers the time since the previous call.
    pub fn report(&mut self, ssrc: u32) -> ReportBlock {
        let (expected, received) = (self.packets_expected(), self.received);
        let expected_now = expected - self.at_last_report.0;
        let lost_now = expected_now.saturating_sub(received - self.at_last_report.1);
        self.at_last_report = (expected, received);
        let lost = i64::try_from(expected).unwrap_or(i64::MAX) - i64::try_from(received).unwrap_or(i64::MAX);
        ReportBlock {
            ssrc,
            fraction_lost: (lost_now * 256).checked_div(expected_now).unwrap_or(0).min(255) as u8,
            cumulative_lost: lost.clamp(-0x80_0000, 0x7F_FFFF) as i32,
            highest_sequence: self.highest as u32,
            jitter: self.jitter as u32,
            ..ReportBlock::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn header(sequence: u16, timestamp: u32) -> Header {
        Header { marker: false, payload_type: 0, sequence, timestamp, ssrc: 1 }
    }

    #[test]
    fn loss_is_counted_across_the_wrap_and_duplicates_do_not_hide_it() {
        let start = Instant::now();
        let mut statistics = ReceiverStatistics::new(8000);
        for n in (0..100u16).filter(|n| n % 10 != 3) {
            let at = start + Duration::from_millis(20 * u64::from(n));
            statistics.received(&header(65_500u16.wrapping_add(n), u32::from(n) * 160), at);
        }
        assert_eq!((statistics.packets_expected(), statistics.packets_lost()), (100, 10));
        let block = statistics.report(7);
        assert_eq!((block.fraction_lost, block.cumulative_lost), (25, 10));
        assert_eq!(block.highest_sequence, 65_500 + 99);
        assert_eq!(statistics.report(7).fraction_lost, 0, "the fraction starts anew");
    }

    #[test]
    fn the_packets_of_a_key_press_are_neither_lost_nor_jitter() {
        let start = Instant::now();
        let mut statistics = ReceiverStatistics::new(8000);
        for n in 0..100u16 {
            let at = start + Duration::from_millis(20 * u64::from(n));
            if (50..57).contains(&n) {
                statistics.counted(&header(n, 50 * 160));
            } else {
                statistics.received(&header(n, u32::from(n) * 160), at);
            }
        }
        assert_eq!((statistics.packets_received(), statistics.packets_lost()), (100, 0));
        assert!(statistics.jitter_ms() < 0.01, "{}", statistics.jitter_ms());
    }

    #[test]
    fn jitter_is_zero_for_an_even_stream_and_approaches_an_alternating_delay() {
        let start = Instant::now();
        let (mut even, mut uneven) = (ReceiverStatistics::new(8000), ReceiverStatistics::new(8000));
        for n in 0..500u16 {
            let at = start + Duration::from_millis(20 * u64::from(n));
            even.received(&header(n, u32::from(n) * 160), at);
            let late = Duration::from_millis(if n % 2 == 0 { 0 } else { 8 });
            uneven.received(&header(n, u32::from(n) * 160), at + late);
        }
        assert!(even.jitter_ms() < 0.01, "{}", even.jitter_ms());
        assert!((uneven.jitter_ms() - 8.0).abs() < 0.1, "{}", uneven.jitter_ms());
    }
}
