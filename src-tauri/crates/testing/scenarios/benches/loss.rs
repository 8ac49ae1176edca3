//! What is left of speech at the far end of a line that loses packets: G.711, G.722 and Opus (FEC on), beside a plain
//! G.711 call over a good line in the same run.
//!
//! A telephone speaks over a line of the sandbox's (single losses and 80 ms of jitter, by seeds that are the same for
//! all), the exchange plays and mixes it, and the far end hears it by A-law over a good line. All of it in virtual time,
//! so that it comes out the same on every machine. The figure is the segmental signal-to-noise ratio: of each 100 ms
//! with speech, laid where it fits best (the jitter buffer moves speech in time) and at its own level, within 0 to
//! 35 dB, the mean. Opus keeps what is heard and not the shape of the wave: its figure is low over a good line already,
//! and only what is lost against that tells of the line. `SEED` changes which packets are lost. It prints figures and
//! ends; nothing of it is a test.

#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tandem_audio::codec::{Decoder, Encoder, Encoding};
use tandem_audio::g711::Law;
use tandem_audio::{FRAME, measure, peak};
use tandem_foundation::{CallId, LegId};
use tandem_media_engine::{MediaConfig, PacketSocket, RecordingWriter, Room, RoomCommand, RtpSeed};
use tandem_rtp::{Header, Packet};
use tandem_sandbox::{Impairment, LineQuality};
use tandem_scenarios::speech;
use tandem_switchboard::ports::media::{Codec, RtpTerms};

const TEXT: &str = "Good morning. I am calling about the invoice that you sent to us in the third week of August. \
                    We have paid half of it already, and the other half will follow as soon as the goods are here. \
                    Could you please tell me whether the lorry has left the warehouse, and which way it will take? \
                    My number is five five five, zero one seven two. Thank you very much, and have a pleasant day.";
const JITTER_MS: u32 = 80;
/// Calls a cell, each with other losses: at 1 % a single one loses a dozen packets.
const SEEDS: u64 = 4;
/// One judged piece of speech: 100 ms.
const PIECE: usize = 5 * FRAME;
/// A piece is looked for so much later than it was said: 400 ms.
const LATEST: usize = 20 * FRAME;

/// What one call left.
struct Heard {
    snr_db: f64,
    /// Mean time from mouth to ear within the exchange and the line, ms.
    delay_ms: f64,
}

#[tokio::main]
async fn main() {
    let seed: u64 = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let said = speech(TEXT).await;
    println!(
        "loss: {:.0} s of speech, {SEEDS} times a line, segmental SNR in dB, (against the plain G.711 call), delay in ms",
        said.len() as f64 / 8e3
    );
    println!("{:<32} {:>20} {:>20} {:>20}", "", "G.711", "G.722", "Opus");
    let codecs = [
        (Codec::Pcmu, Encoding::G711(Law::Mu)),
        (Codec::G722, Encoding::G722),
        (Codec::Opus, Encoding::Opus),
    ];
    let mut plain = None;
    let good = ("a good line".to_owned(), LineQuality::default());
    let bad = [0, 1, 3, 5, 10].map(|percent| {
        let quality = LineQuality {
            loss: f64::from(percent) / 100.0,
            burst: 1.0,
            jitter_ms: JITTER_MS,
            ..LineQuality::default()
        };
        (format!("{JITTER_MS} ms of jitter, {percent} % lost"), quality)
    });
    for (name, quality) in std::iter::once(good).chain(bad) {
        let cells = codecs.map(|codec| {
            let calls: Vec<_> = (seed..seed + SEEDS).map(|seed| call(&said, codec, quality, seed)).collect();
            let mean = |of: fn(&Heard) -> f64| calls.iter().map(of).sum::<f64>() / calls.len() as f64;
            let (snr, delay) = (mean(|heard| heard.snr_db), mean(|heard| heard.delay_ms));
            let plain = *plain.get_or_insert(snr);
            format!("{snr:5.1} ({:+5.1}) {delay:4.0}", snr - plain)
        });
        println!("{name:<32} {:>20} {:>20} {:>20}", cells[0], cells[1], cells[2]);
    }
}

type Wire = Arc<Mutex<VecDeque<(Vec<u8>, Instant)>>>;

/// The exchange's end of a wire; packets come with their moments of arrival.
#[derive(Debug, Default)]
struct WireSocket {
    incoming: Wire,
    outgoing: Wire,
}

impl PacketSocket for WireSocket {
    fn drain(&mut self, now: Instant, each: &mut dyn FnMut(&[u8], SocketAddr, Instant)) {
        let mut waiting = self.incoming.lock().expect("one thread");
        while waiting.front().is_some_and(|(_, at)| *at <= now)
            && let Some((packet, at)) = waiting.pop_front()
        {
            each(&packet, peer(1), at);
        }
    }

    fn send(&mut self, packet: &[u8], _to: SocketAddr) -> bool {
        self.outgoing.lock().expect("one thread").push_back((packet.to_vec(), Instant::now()));
        true
    }
}

fn peer(leg: u64) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 10_000 + leg as u16))
}

/// Leg 1 speaks in this codec over the line, leg 2 hears by A-law over a good one: by another codec than any that speaks,
/// so that the exchange plays what came instead of carrying it on as it is.
fn call(said: &[i16], (codec, encoding): (Codec, Encoding), quality: LineQuality, seed: u64) -> Heard {
    let (events, _told) = tokio::sync::mpsc::unbounded_channel();
    let (_writer, recordings) = RecordingWriter::new(events);
    let mut room = Room::new(CallId::from("call_1"), MediaConfig::default(), recordings);
    let (spoken, heard) = (Wire::default(), Wire::default());
    let start = Instant::now();
    let mut happened = Vec::new();
    for (leg, codec, socket) in [
        (1, codec, WireSocket { incoming: spoken.clone(), ..WireSocket::default() }),
        (2, Codec::Pcma, WireSocket { outgoing: heard.clone(), ..WireSocket::default() }),
    ] {
        let seed = RtpSeed { ssrc: leg as u32, sequence: 1, timestamp: 1 };
        let leg_id = LegId(leg);
        room.handle(
            start,
            RoomCommand::OpenRtp { leg: leg_id, socket: Box::new(socket), seed },
            &mut happened,
        );
        room.handle(start, RoomCommand::Connect { leg: leg_id, terms: terms(leg, codec) }, &mut happened);
    }
    let pairs = vec![(LegId(2), LegId(1))];
    room.handle(start, RoomCommand::Hearing { pairs }, &mut happened);

    let mut line = Impairment::new(quality, seed);
    let mut encoder = Encoder::new(encoding);
    // What the telephone would have learned from the receiver's reports.
    encoder.expect_loss((quality.loss * 100.0) as u8);
    let silence = [0; FRAME];
    let frames = said.chunks_exact(FRAME).chain(std::iter::repeat_n(&silence[..], LATEST / FRAME + 5));
    for (n, frame) in frames.enumerate() {
        let now = start + Duration::from_millis(20) * n as u32;
        let timestamp = n as u32 * encoding.clock_rate() / 50;
        let header = Header { marker: n == 0, payload_type: 96, sequence: n as u16, timestamp, ssrc: 9 };
        let mut packet = header.to_bytes().to_vec();
        encoder.encode(frame, &mut packet);
        let came = line.pass(now, packet.len()).into_iter().map(|at| (packet.clone(), at));
        spoken.lock().expect("one thread").extend(came);
        room.tick(now, &mut happened);
    }
    let mut decoder = Decoder::new(Encoding::G711(Law::A));
    let mut samples = Vec::new();
    for (packet, _) in heard.lock().expect("one thread").iter().filter(|(p, _)| !tandem_rtp::is_rtcp(p)) {
        decoder.decode(Packet::parse(packet).expect("RTP").payload, &mut samples);
    }
    judge(said, &samples)
}

fn terms(leg: u64, codec: Codec) -> RtpTerms {
    let payload_type = if leg == 1 { 96 } else { 8 };
    RtpTerms {
        remote: peer(leg),
        codec,
        payload_type,
        receive_payload_type: payload_type,
        dtmf_payload_type: None,
        send: true,
        receive: true,
        srtp: None,
        dtls: None,
        rtcp_mux: false,
    }
}

fn judge(said: &[i16], heard: &[i16]) -> Heard {
    let (mut snr, mut delay, mut pieces) = (0.0, 0.0, 0.0);
    for (n, piece) in said.chunks_exact(PIECE).enumerate() {
        let rest = &heard[(n * PIECE).min(heard.len())..];
        if peak(piece) < 1_000 || rest.len() < PIECE + LATEST {
            continue;
        }
        let found = measure::align(piece, rest, LATEST);
        snr += found.snr_db.clamp(0.0, 35.0);
        delay += found.offset as f64 / 8.0;
        pieces += 1.0;
    }
    Heard { snr_db: snr / pieces, delay_ms: delay / pieces }
}
