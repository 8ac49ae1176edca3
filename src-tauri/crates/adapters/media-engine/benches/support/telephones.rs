//! Telephones in a process of their own: each sends a packet every 20 ms, spread over time, and counts what it gets.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tandem_audio::codec::{Encoder, Encoding};
use tandem_audio::g711::Law;
use tandem_audio::{FRAME, tone};
use tandem_rtp::Header;
use tandem_switchboard::ports::media::Codec;

const ARGUMENT: &str = "telephones";
/// Frames of the loop that they all speak: 2 s, in which half is a pause.
const LOOP: usize = 100;
/// Turns of 20 ms: which telephones send is spread over these.
const SPREAD: usize = 10;

/// The other process.
#[derive(Debug)]
pub struct Telephones {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// By the order of the targets.
    pub addresses: Vec<SocketAddr>,
}

impl Telephones {
    /// Starts one for each target; they speak from now on.
    pub fn start(targets: &[(SocketAddr, Codec)]) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts anew");
        let mut input = child.stdin.take().expect("piped");
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        for (target, codec) in targets {
            writeln!(input, "{target} {}", payload_type(*codec)).expect("it reads");
        }
        writeln!(input).expect("it reads");
        let addresses = (0..targets.len()).map(|_| read_line(&mut output).parse().expect("an address"));
        let addresses = addresses.collect();
        Self { child, input, output, addresses }
    }

    /// Packets sent and got so far.
    pub fn counts(&mut self) -> (u64, u64) {
        writeln!(self.input, "counts").expect("it reads");
        let line = read_line(&mut self.output);
        let mut counts = line.split(' ').map(|count| count.parse().expect("a count"));
        (counts.next().expect("sent"), counts.next().expect("got"))
    }
}

impl Drop for Telephones {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_line(from: &mut impl BufRead) -> String {
    let mut line = String::new();
    from.read_line(&mut line).expect("it answers");
    line.trim().to_owned()
}

pub fn payload_type(codec: Codec) -> u8 {
    match codec {
        Codec::Pcmu => 0,
        Codec::Pcma => 8,
        Codec::G722 => 9,
        Codec::Opus => 96,
    }
}

fn encoding(payload_type: u8) -> Encoding {
    match payload_type {
        0 => Encoding::G711(Law::Mu),
        8 => Encoding::G711(Law::A),
        9 => Encoding::G722,
        _ => Encoding::Opus,
    }
}

/// Is the telephones, if this process was started as such; never comes back then.
pub fn be_telephones_if_asked() {
    if std::env::args().nth(1).as_deref() != Some(ARGUMENT) {
        return;
    }
    let mut lines = BufReader::new(std::io::stdin()).lines().map_while(Result::ok);
    let mut phones = Vec::new();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let (target, kind) = line.split_once(' ').expect("two words");
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        socket.set_nonblocking(true).expect("non-blocking");
        let target: SocketAddr = target.parse().expect("an address");
        phones.push((socket, target, kind.parse::<u8>().expect("a payload type")));
    }
    for (socket, ..) in &phones {
        println!("{}", socket.local_addr().expect("bound"));
    }
    let (ask, asked) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        lines.for_each(|_| ask.send(()).unwrap_or_default());
        std::process::exit(0);
    });
    let speech: std::collections::HashMap<u8, Vec<Vec<u8>>> =
        [0, 8, 9, 96].into_iter().map(|kind| (kind, spoken(encoding(kind)))).collect();
    let (mut sent, mut got) = (0u64, 0u64);
    let start = Instant::now();
    let mut packet = Vec::new();
    for turn in 0usize.. {
        let (frame, part) = (turn / SPREAD, turn % SPREAD);
        for (n, (socket, target, kind)) in phones.iter().enumerate().skip(part).step_by(SPREAD) {
            let header = Header {
                marker: false,
                payload_type: *kind,
                sequence: frame as u16,
                timestamp: (frame * FRAME) as u32 * (encoding(*kind).clock_rate() / 8_000),
                ssrc: n as u32,
            };
            packet.clear();
            packet.extend_from_slice(&header.to_bytes());
            // Everybody is at another place of the loop.
            packet.extend_from_slice(&speech[kind][(frame + n * 37) % LOOP]);
            sent += u64::from(socket.send_to(&packet, target).is_ok());
            // Not every time, for what waits costs nobody anything.
            if frame % 8 == n % 8 {
                got += drain(socket);
            }
        }
        if asked.try_recv().is_ok() {
            got += phones.iter().map(|(socket, ..)| drain(socket)).sum::<u64>();
            println!("{sent} {got}");
        }
        let next = start + Duration::from_micros(20_000 / SPREAD as u64) * (turn as u32 + 1);
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

/// A second of hum and a second of near silence, as payloads.
fn spoken(encoding: Encoding) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new(encoding);
    let breath = tone::noise(3, 60.0, LOOP * FRAME);
    let hum = tone::sine(210.0, 7_000.0, LOOP * FRAME, 0);
    let samples: Vec<i16> = breath
        .iter()
        .zip(hum)
        .enumerate()
        .map(|(n, (breath, hum))| if n < LOOP / 2 * FRAME { breath + hum } else { *breath })
        .collect();
    samples
        .chunks(FRAME)
        .map(|frame| {
            let mut payload = Vec::new();
            encoder.encode(frame, &mut payload);
            payload
        })
        .collect()
}

/// Throws away what waits; gives its number.
fn drain(socket: &UdpSocket) -> u64 {
    const BATCH: usize = 32;
    let mut total = 0;
    loop {
        // SAFETY: all-zero headers are valid; without buffers the packets are cut to nothing, which is as good.
        let count = unsafe {
            let mut messages: [libc::mmsghdr; BATCH] = std::mem::zeroed();
            libc::recvmmsg(
                socket.as_raw_fd(),
                messages.as_mut_ptr(),
                BATCH as _,
                libc::MSG_DONTWAIT as _,
                std::ptr::null_mut(),
            )
        };
        total += u64::try_from(count).unwrap_or(0);
        if count < BATCH as i32 {
            return total;
        }
    }
}
