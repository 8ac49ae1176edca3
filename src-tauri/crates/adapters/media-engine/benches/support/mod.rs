//! What the benches share: telephones in a process of their own, the engine's processor time and allocations, tables.
//!
//! The telephones are this very program started anew with `telephones` as its argument, so that `getrusage` counts the
//! engine alone. Everything is on loopback; there, sending includes what the kernel does for the receiver.

#![allow(dead_code, clippy::print_stdout, reason = "a bench prints, and each uses its own part of this")]

pub mod telephones;

use std::alloc::{GlobalAlloc, Layout, System};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tandem_foundation::{CallId, LegId};
use tandem_media_engine::{MediaConfig, MediaEngine};
use tandem_switchboard::ports::media::{Codec, Media, MediaEvent, RtpTerms};
use telephones::Telephones;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Counts what is allocated, of the whole process.
#[derive(Debug)]
pub struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is the system allocator's own; only a counter is added.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// A number from the environment.
pub fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

/// How long each line of a table is measured.
pub fn measured() -> Duration {
    Duration::from_secs(setting("SECONDS", 8).clamp(1, 12))
}

/// Before it is measured: streams are carried only once they have settled.
const WARMING: Duration = Duration::from_millis(2_500);

/// One measured load.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Processor time of a second of the load.
    pub busy: f64,
    pub allocations_a_second: f64,
    /// Resident memory that the load took, in bytes.
    pub memory: f64,
    /// Packets that the telephones got a second, and sent.
    pub received: f64,
    pub sent: f64,
    /// Of the ticks: p50, p99 and longest delay.
    pub late: [Duration; 3],
}

/// User and system time of this process.
fn processor_time() -> Duration {
    // SAFETY: an all-zero structure is valid, and the call fills it in.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage
    };
    let time = |t: libc::timeval| {
        Duration::from_secs(t.tv_sec.unsigned_abs()) + Duration::from_micros(t.tv_usec.unsigned_abs())
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}

/// Resident memory of this process, in bytes.
pub fn resident() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split_whitespace().nth(1).and_then(|pages| pages.parse::<f64>().ok()).unwrap_or(0.0) * 4_096.0
}

/// Measures a load that already runs.
pub fn measure(
    mut telephones: Telephones,
    memory_before: f64,
    late: impl FnOnce() -> [Duration; 3],
) -> Figures {
    std::thread::sleep(WARMING);
    let before = (processor_time(), ALLOCATIONS.load(Ordering::Relaxed), telephones.counts());
    let began = std::time::Instant::now();
    std::thread::sleep(measured());
    let after = (processor_time(), ALLOCATIONS.load(Ordering::Relaxed), telephones.counts());
    let took = began.elapsed().as_secs_f64();
    Figures {
        busy: (after.0 - before.0).as_secs_f64() / took,
        allocations_a_second: (after.1 - before.1) as f64 / took,
        memory: resident() - memory_before,
        sent: (after.2.0 - before.2.0) as f64 / took,
        received: (after.2.1 - before.2.1) as f64 / took,
        late: late(),
    }
}

/// An engine with rooms of telephones.
#[derive(Debug)]
pub struct Bench {
    pub engine: Arc<MediaEngine>,
    _events: UnboundedReceiver<MediaEvent>,
    before: f64,
}

impl Bench {
    pub fn new() -> Self {
        let (sender, events) = unbounded_channel();
        let config = MediaConfig { threads: 1, rtp_ports: 0..=0, ..MediaConfig::default() };
        let engine = MediaEngine::start(config, sender);
        Self { engine, _events: events, before: resident() }
    }

    /// Opens `rooms` rooms of legs with these codecs, all of which hear each other, and lets the telephones speak.
    pub fn run(self, rooms: u64, codecs: &[Codec], each: impl Fn(&MediaEngine, &CallId, u64)) -> Figures {
        let names: Vec<CallId> = (0..rooms).map(|n| CallId::from(format!("call_{n}").as_str())).collect();
        let mut targets = Vec::new();
        for room in &names {
            self.engine.open_room(room);
            for (leg, codec) in codecs.iter().enumerate() {
                let address =
                    self.engine.open_rtp_leg(room, LegId(leg as u64), [127, 0, 0, 1].into()).expect("a port");
                targets.push((address, *codec));
            }
        }
        let telephones = Telephones::start(&targets);
        let mut addresses = telephones.addresses.iter();
        for (n, room) in names.iter().enumerate() {
            let legs = codecs.len() as u64;
            for (leg, codec) in codecs.iter().enumerate() {
                let remote = *addresses.next().expect("one for each leg");
                self.engine.connect(room, LegId(leg as u64), terms(remote, *codec));
            }
            let pairs = (0..legs).flat_map(|to| (0..legs).map(move |from| (to, from)));
            let pairs = pairs.filter(|(to, from)| to != from).map(|(to, from)| (LegId(to), LegId(from)));
            self.engine.set_hearing(room, pairs.collect());
            each(&self.engine, room, n as u64);
        }
        let statistics = Arc::clone(self.engine.statistics());
        let figures = measure(telephones, self.before, move || {
            [statistics.percentile(0.5), statistics.percentile(0.99), statistics.longest()]
        });
        self.engine.shutdown();
        figures
    }
}

/// What the packets alone cost: the same number of sockets, each read and sent from once in 20 ms.
pub fn baseline(sockets: u64, codec: Codec) -> Figures {
    let before = resident();
    let ours: Vec<_> = (0..sockets)
        .map(|_| {
            let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
            socket.set_nonblocking(true).expect("non-blocking");
            socket
        })
        .collect();
    let targets: Vec<_> = ours.iter().map(|s| (s.local_addr().expect("bound"), codec)).collect();
    let telephones = Telephones::start(&targets);
    let addresses = telephones.addresses.clone();
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let thread = std::thread::spawn(move || {
        let start = std::time::Instant::now();
        let mut buffer = [0; 2_048];
        for tick in 1.. {
            if stopped.load(Ordering::Relaxed) {
                return;
            }
            for (socket, to) in ours.iter().zip(&addresses) {
                if let Ok((length, _)) = socket.recv_from(&mut buffer) {
                    let _ = socket.send_to(&buffer[..length], to);
                }
            }
            let next = start + Duration::from_millis(20) * tick;
            std::thread::sleep(next.saturating_duration_since(std::time::Instant::now()));
        }
    });
    let figures = measure(telephones, before, || [Duration::ZERO; 3]);
    stop.store(true, Ordering::Relaxed);
    thread.join().expect("it ends by itself");
    figures
}

fn terms(remote: SocketAddr, codec: Codec) -> RtpTerms {
    let payload_type = telephones::payload_type(codec);
    RtpTerms {
        remote,
        codec,
        payload_type,
        receive_payload_type: payload_type,
        dtmf_payload_type: Some(101),
        send: true,
        receive: true,
        srtp: None,
        dtls: None,
        rtcp_mux: false,
    }
}

/// The head of a table whose lines are of so many `unit`s each.
pub fn head(unit: &str) {
    println!(
        "{:<26} {:>9} {:>7} {:>9} {:>11} {:>9} {:>7} {:>24}",
        "",
        format!("%core/{unit}"),
        "ratio",
        format!("{unit}s/core"),
        format!("kB/{unit}"),
        "alloc/tick",
        "lost",
        "late p50/p99/max ms"
    );
}

/// One line: the ratio is to the baseline's cost of a packet in and a packet out.
pub fn line(name: &str, units: u64, figures: &Figures, baseline: &Figures) {
    let share = figures.busy * 100.0 / units as f64;
    let a_packet = |f: &Figures| f.busy / f.sent;
    let late = figures.late.map(|d| format!("{:.2}", d.as_secs_f64() * 1e3)).join("/");
    println!(
        "{name:<26} {share:>9.4} {:>7.2} {:>9.0} {:>11.1} {:>10.2} {:>6.2}% {late:>24}",
        a_packet(figures) / a_packet(baseline),
        100.0 / share,
        figures.memory / 1e3 / units as f64,
        figures.allocations_a_second / 50.0,
        (1.0 - figures.received / figures.sent) * 100.0,
    );
}
