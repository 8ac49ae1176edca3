//! A SIP phone in the test's own process: it speaks one tone on every line and knows which tones it hears.

#![allow(dead_code, reason = "each test uses its part")]

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tandem_audio::g711::Law;
use tandem_foundation::LegId;
use tandem_scenarios::{Server, tone_strength};
use tandem_sip_transport::{SipConfig, SipTransport};
use tandem_switchboard::ports::signalling::{
    Destination, LegIds, Signalling, SignallingCommand as Command, SignallingEvent as Event, Transport,
    TrunkAccount, TrunkState,
};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

/// What is heard is judged by this much of it.
const MEMORY: usize = 4_000;
/// Payload type of telephone-events.
const KEYS: u8 = 101;
/// Where it has to be judged finely.
const SECOND: usize = 8_000;
/// How loud each phone speaks.
const LOUDNESS: f64 = 8_000.0;
/// What the exchange's ringing sounds like: 1 s, and 4 s of nothing.
const RINGING_HZ: f64 = 425.0;
/// Nothing, as far as an ear can tell, beside a phone's own tone, dB.
const NOTHING: f64 = -60.0;

/// A phone.
pub struct Phone {
    sip: Arc<SipTransport>,
    legs: Arc<LegIds>,
    events: mpsc::UnboundedReceiver<Event>,
    hz: f64,
    /// Its user name at the exchange, where it has one.
    account: String,
    silent: Arc<AtomicBool>,
    lines: HashMap<LegId, Line>,
}

struct Line {
    heard: Arc<Mutex<Ear>>,
    /// Where the other side wants its audio.
    remote: Arc<Mutex<Option<SocketAddr>>>,
    port: u16,
    task: tokio::task::JoinHandle<()>,
}

/// What came, and how long it was still.
#[derive(Default)]
struct Ear {
    heard: VecDeque<i16>,
    /// The latest packets of sound, each with its time.
    packets: VecDeque<(SystemTime, Vec<i16>)>,
    /// Keys that came by RFC 4733.
    keys: String,
    /// When there was a sound last, and whether it was that of ringing, which has pauses of its own.
    last: Option<(Instant, bool)>,
    silences: Vec<(Duration, bool)>,
}

impl Ear {
    fn hears(&mut self, samples: &[i16]) {
        self.packets.push_back((SystemTime::now(), samples.to_vec()));
        let surplus = self.packets.len().saturating_sub(500);
        self.packets.drain(..surplus);
        self.heard.extend(samples);
        let surplus = self.heard.len().saturating_sub(SECOND);
        self.heard.drain(..surplus);
        if samples.iter().any(|sample| sample.unsigned_abs() > 300) {
            let now = Instant::now();
            self.silences.extend(self.last.map(|(since, rang)| (now - since, rang)));
            self.silences.retain(|(length, _)| *length > Duration::from_millis(500));
            self.last = Some((now, tone_strength(samples, 8_000, RINGING_HZ) > 0.8));
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Phone {
    /// A phone that takes calls from the exchange without a question: what stands behind a trunk.
    pub async fn behind_a_trunk(server: &Server, hz: f64) -> Self {
        let phone = Self::start(hz).await;
        phone.know(server, None);
        phone
    }

    /// The registered phone of one of the sandbox's people.
    pub async fn of(server: &Server, who: &str, hz: f64) -> Self {
        let mut phone = Self::start(hz).await;
        let account = &server.ready["sandbox"]["users"][who]["phone"];
        let text = |field: &str| account[field].as_str().expect("text").to_owned();
        phone.account = text("user");
        phone.know(server, Some((text("user"), text("password"))));
        phone
            .until("a registration", |event| {
                matches!(event, Event::Trunk { state: TrunkState::Registered { .. }, .. }).then_some(())
            })
            .await;
        phone
    }

    /// A phone that nobody knows.
    pub async fn unknown(hz: f64) -> Self {
        Self::start(hz).await
    }

    /// A phone that says it is somebody's, with this password.
    pub async fn claiming(server: &Server, user: &str, password: &str) -> Self {
        let phone = Self::start(1_000.0).await;
        phone.sip.send(Command::SetTrunks(vec![TrunkAccount {
            register: None,
            ..account(server, Some((user.to_owned(), password.to_owned())))
        }]));
        phone
    }

    async fn start(hz: f64) -> Self {
        let legs = Arc::new(LegIds::default());
        let (sender, events) = mpsc::unbounded_channel();
        let any = "127.0.0.1:0".parse().expect("an address");
        let sip = SipTransport::start(SipConfig::new(any), legs.clone(), sender).await.expect("binds");
        Self {
            sip,
            legs,
            events,
            hz,
            account: "+15550009".to_owned(),
            silent: Arc::default(),
            lines: HashMap::new(),
        }
    }

    fn know(&self, server: &Server, credentials: Option<(String, String)>) {
        self.sip.send(Command::SetTrunks(vec![account(server, credentials)]));
    }

    pub fn port(&self) -> u16 {
        self.sip.local_address().port()
    }

    pub fn send(&self, command: Command) {
        self.sip.send(command);
    }

    /// Waits for something that happens, passing over what does not fit; 40 s at most.
    pub async fn until<T>(&mut self, what: &str, wanted: impl Fn(&Event) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.events.recv().await.expect("the phone runs");
                if let Event::ReofferAccepted { .. } = event {
                    continue;
                }
                if let Some(found) = wanted(&event) {
                    return found;
                }
            }
        };
        timeout(Duration::from_secs(40), found).await.unwrap_or_else(|_| panic!("no {what} within 40 s"))
    }

    /// Waits until it is called. The line and what was offered; `answers_at_once`: it is not to ring.
    pub async fn called(&mut self) -> Called {
        self.until("call", |event| match event {
            Event::Incoming { leg, offer, headers, .. } => Some(Called {
                leg: *leg,
                offer: offer.clone().expect("an offer"),
                answers_at_once: headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Call-Info")),
            }),
            _ => None,
        })
        .await
    }

    pub fn ring(&self, call: &Called) {
        self.send(Command::Progress { leg: call.leg, code: 180, answer: None });
    }

    pub async fn answer(&mut self, call: &Called) {
        let line = self.open(call.leg).await;
        *line.remote.lock().expect("no panic") = Some(audio_of(&call.offer));
        let answer = describe(line.port);
        self.send(Command::Answer { leg: call.leg, answer });
    }

    /// Waits for a call and answers it.
    pub async fn takes(&mut self) -> LegId {
        let call = self.called().await;
        self.answer(&call).await;
        call.leg
    }

    /// Calls a number at the exchange and waits for the answer.
    pub async fn call(&mut self, server: &Server, number: &str) -> LegId {
        self.calls(Destination::Uri(format!("sip:{number}@{}", server.sip()).into())).await
    }

    /// The same with what the phone registered by, for an exchange that asks who it is.
    pub async fn dials(&mut self, number: &str) -> LegId {
        self.calls(Destination::Trunk { trunk: "exchange".into(), number: number.into() }).await
    }

    async fn calls(&mut self, to: Destination) -> LegId {
        let leg = self.legs.next();
        let offer = describe(self.open(leg).await.port);
        self.send(Command::Invite {
            leg,
            to,
            from: "+15550009".into(),
            display_name: None,
            offer,
            web_offer: None,
            secure_offer: None,
            headers: Vec::new(),
            call_id: None,
            ring_timeout: Duration::from_secs(20),
        });
        let answer = self.until("answer", |event| match event {
            Event::Answered { leg: answered, answer } if *answered == leg => Some(answer.clone()),
            _ => None,
        });
        let remote = audio_of(&answer.await);
        *self.lines[&leg].remote.lock().expect("no panic") = Some(remote);
        leg
    }

    /// Dials as a registered phone does, with its account. The line, and what the call comes to.
    pub async fn dial(&mut self, number: &str) -> (LegId, Result<(), u16>) {
        self.dial_with(number, Vec::new()).await
    }

    pub async fn dial_with(
        &mut self,
        number: &str,
        headers: Vec<(String, String)>,
    ) -> (LegId, Result<(), u16>) {
        let leg = self.begin(number, headers).await;
        (leg, self.outcome(leg).await)
    }

    /// Calls a number at the exchange without an account; what the call comes to.
    pub async fn dial_at(&mut self, server: &Server, number: &str) -> Result<(), u16> {
        let to = Destination::Uri(format!("sip:{number}@{}", server.sip()).into());
        let leg = self.begin_to(to, Vec::new()).await;
        self.outcome(leg).await
    }

    /// Dials without waiting.
    pub async fn begin(&mut self, number: &str, headers: Vec<(String, String)>) -> LegId {
        let to = Destination::Trunk { trunk: "exchange".into(), number: number.into() };
        self.begin_to(to, headers).await
    }

    async fn begin_to(&mut self, to: Destination, headers: Vec<(String, String)>) -> LegId {
        let leg = self.legs.next();
        let offer = describe(self.open(leg).await.port);
        self.send(Command::Invite {
            leg,
            to,
            from: self.account.clone().into(),
            display_name: None,
            offer,
            web_offer: None,
            secure_offer: None,
            headers,
            call_id: None,
            ring_timeout: Duration::from_secs(20),
        });
        leg
    }

    /// Waits for the end of a call's beginning: it is answered, or a status says why not.
    pub async fn outcome(&mut self, leg: LegId) -> Result<(), u16> {
        let found = self.until("an outcome", |event| match event {
            Event::Answered { leg: answered, answer } if *answered == leg => Some(Ok(answer.clone())),
            Event::Failed { leg: failed, code, .. } if *failed == leg => Some(Err(*code)),
            _ => None,
        });
        let remote = audio_of(&found.await?);
        *self.lines[&leg].remote.lock().expect("no panic") = Some(remote);
        Ok(())
    }

    /// Waits until it is told that the other side rings.
    pub async fn is_told_of_ringing(&mut self, leg: LegId) {
        self.until("ringing", |event| {
            matches!(event, Event::Progress { leg: rings, code: 180, .. } if *rings == leg).then_some(())
        })
        .await;
    }

    /// When the line first carried this tone after `since`.
    pub fn first_heard(&self, leg: LegId, hz: f64, since: SystemTime) -> Option<SystemTime> {
        let ear = self.lines[&leg].heard.lock().expect("no panic");
        let packets = &ear.packets;
        let carries = |samples: &[i16]| {
            samples.iter().any(|sample| sample.unsigned_abs() > 1_000)
                && tone_strength(samples, 8_000, hz) > 0.5
        };
        packets.iter().find(|(at, samples)| *at >= since && carries(samples)).map(|(at, _)| *at)
    }

    /// Waits for these keys.
    pub async fn gets_keys(&self, leg: LegId, keys: &str) {
        let limit = Instant::now() + Duration::from_secs(10);
        while self.lines[&leg].heard.lock().expect("no panic").keys != keys {
            assert!(Instant::now() < limit, "keys {keys:?} did not come");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The line is cut: nothing is sent and nobody is told.
    pub fn is_cut_off(&mut self, leg: LegId) {
        self.lines.remove(&leg);
    }

    pub fn refuse(&self, call: &Called, code: u16) {
        self.send(Command::Reject { leg: call.leg, code, retry_after: None });
    }

    /// Sends silence from now on.
    pub fn falls_silent(&self) {
        self.silent.store(true, Ordering::Release);
    }

    pub fn hang_up(&self, leg: LegId) {
        self.send(Command::Hangup { leg, cause: None });
    }

    /// Waits until the line is over.
    pub async fn is_hung_up_on(&mut self, leg: LegId) {
        self.until("end of the line", |event| match event {
            Event::Ended { leg: over, .. } | Event::Failed { leg: over, .. } if *over == leg => Some(()),
            _ => None,
        })
        .await;
    }

    /// Waits until the line carries this tone and, of the others, none.
    pub async fn hears(&self, leg: LegId, hz: f64, not: &[f64]) {
        self.hearing(leg, &format!("{hz} Hz and not {not:?}"), |strength, _| {
            strength(hz) > 0.6 && not.iter().all(|hz| strength(*hz) < 0.05)
        })
        .await;
    }

    /// Waits until the line carries both tones.
    pub async fn hears_both(&self, leg: LegId, one: f64, other: f64) {
        self.hearing(leg, &format!("{one} and {other} Hz"), |strength, _| {
            strength(one) > 0.2 && strength(other) > 0.2
        })
        .await;
    }

    /// Waits until the line carries all of these tones, in like strength, and none of the others.
    pub async fn hears_all(&self, leg: LegId, tones: &[f64], not: &[f64]) {
        self.hearing(leg, &format!("{tones:?} and not {not:?}"), |strength, _| {
            tones.iter().all(|hz| strength(*hz) > 0.2) && not.iter().all(|hz| strength(*hz) < 0.05)
        })
        .await;
    }

    /// Waits until the line carries a sound that is nobody's.
    pub async fn hears_a_sound(&self, leg: LegId, nobody: &[f64]) {
        self.hearing(leg, "a sound", |strength, loud| loud && nobody.iter().all(|hz| strength(*hz) < 0.05))
            .await;
    }

    /// Waits until there is no sound at all.
    pub async fn hears_nothing(&self, leg: LegId) {
        self.hearing(leg, "silence", |_, loud| !loud).await;
    }

    /// Waits until a whole second holds these of all tones and none of the others, as finely as G.711 can tell.
    pub async fn hears_exactly(&self, leg: LegId, tones: &[f64], all: &[f64]) {
        let limit = Instant::now() + Duration::from_secs(15);
        loop {
            let heard: Vec<i16> =
                self.lines[&leg].heard.lock().expect("no panic").heard.iter().copied().collect();
            let levels: Vec<(f64, f64)> = all.iter().map(|hz| (*hz, level(&heard, *hz))).collect();
            let fits = |(hz, level): &(f64, f64)| match tones.contains(hz) {
                true => *level > -6.0,
                false => *level < NOTHING,
            };
            if heard.len() == SECOND && levels.iter().all(fits) {
                return;
            }
            assert!(Instant::now() < limit, "the line never carried {tones:?} alone: Hz and dB {levels:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The longest silence that was not one of ringing's own pauses, since the first sound or the last question.
    pub fn longest_silence(&self, leg: LegId) -> Duration {
        let mut ear = self.lines[&leg].heard.lock().expect("no panic");
        let now = Instant::now();
        let mut silences = std::mem::take(&mut ear.silences);
        silences.extend(ear.last.map(|(since, rang)| (now - since, rang)));
        // Four seconds of the exchange's, and what a slow machine adds to them.
        let pause = Duration::from_secs(6);
        silences.retain(|(length, rang)| !rang || *length > pause);
        silences.into_iter().map(|(length, _)| length).max().unwrap_or_default()
    }

    async fn hearing(&self, leg: LegId, what: &str, fits: impl Fn(&dyn Fn(f64) -> f64, bool) -> bool) {
        let line = &self.lines[&leg];
        let limit = Instant::now() + Duration::from_secs(10);
        loop {
            let ear: Vec<i16> = line.heard.lock().expect("no panic").heard.iter().copied().collect();
            let heard = &ear[ear.len().saturating_sub(MEMORY)..];
            let loud = heard.iter().any(|sample| sample.unsigned_abs() > 300);
            let strength = |hz: f64| if loud { tone_strength(heard, 8_000, hz) } else { 0.0 };
            if heard.len() == MEMORY && fits(&strength, loud) {
                return;
            }
            let tones: Vec<_> =
                [500.0, 1_000.0, 1_500.0, 2_100.0].map(|hz| format!("{:.2}", strength(hz))).into();
            assert!(Instant::now() < limit, "the line never carried {what}: {tones:?}, loud: {loud}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn open(&mut self, leg: LegId) -> &Line {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let port = socket.local_addr().expect("an address").port();
        let (heard, remote) = (Arc::new(Mutex::new(Ear::default())), Arc::new(Mutex::new(None)));
        let task = tokio::spawn(carry(socket, self.hz, self.silent.clone(), heard.clone(), remote.clone()));
        self.lines.insert(leg, Line { heard, remote, port, task });
        &self.lines[&leg]
    }
}

/// A key is down with its first packet, which has the marker (RFC 4733 section 2.5.1.1).
fn key(ear: &Mutex<Ear>, packet: &[u8]) {
    if packet[1] & 0x80 != 0 {
        let key = b"0123456789*#ABCD".get(usize::from(packet[12])).copied().unwrap_or(b'?');
        ear.lock().expect("no panic").keys.push(char::from(key));
    }
}

/// A call that came in.
#[derive(Debug)]
pub struct Called {
    pub leg: LegId,
    pub offer: Bytes,
    pub answers_at_once: bool,
}

/// RTP both ways, PCMU: a tone every 20 ms, and what comes is remembered.
async fn carry(
    socket: UdpSocket,
    hz: f64,
    silent: Arc<AtomicBool>,
    heard: Arc<Mutex<Ear>>,
    remote: Arc<Mutex<Option<SocketAddr>>>,
) {
    let (mut clock, mut n, mut packet) =
        (tokio::time::interval(Duration::from_millis(20)), 0_u32, [0; 2_048]);
    loop {
        tokio::select! {
            _ = clock.tick() => {
                let loudness = if silent.load(Ordering::Acquire) { 0.0 } else { LOUDNESS };
                let samples: Vec<i16> = (0..160)
                    .map(|i| (f64::from(n * 160 + i) * hz / 8_000.0 * std::f64::consts::TAU).sin() * loudness)
                    .map(|sample| sample as i16)
                    .collect();
                let sequence = u16::try_from(n % 65_536).expect("below");
                let mut bytes = vec![0x80, 0];
                bytes.extend(sequence.to_be_bytes());
                bytes.extend((n * 160).to_be_bytes());
                bytes.extend(u32::from(socket.local_addr().expect("bound").port()).to_be_bytes());
                Law::Mu.encode(&samples, &mut bytes);
                n += 1;
                let to = *remote.lock().expect("no panic");
                if let Some(to) = to {
                    let _ = socket.send_to(&bytes, to).await;
                }
            }
            got = socket.recv_from(&mut packet) => {
                let Ok((length, _)) = got else { continue };
                if length >= 16 && packet[1] & 0x7f == KEYS {
                    key(&heard, &packet[..length]);
                }
                // PCMU alone: neither keys nor comfort noise.
                if length <= 12 || packet[1] & 0x7f != 0 {
                    continue;
                }
                let mut samples = Vec::new();
                Law::Mu.decode(&packet[12..length], &mut samples);
                heard.lock().expect("no panic").hears(&samples);
            }
        }
    }
}

/// The exchange as a phone knows it.
fn account(server: &Server, credentials: Option<(String, String)>) -> TrunkAccount {
    TrunkAccount {
        id: "exchange".into(),
        host: server.sip().to_owned(),
        transport: Transport::Udp,
        domain: None,
        register: credentials.as_ref().map(|_| 120),
        credentials: credentials.map(|(user, password)| (user, password.into())),
        accept_from: vec!["127.0.0.1".parse().expect("an address")],
        options_every: 0,
    }
}

/// How loud a tone is beside one that a phone speaks, dB. By Goertzel's sum under Blackman's and Harris's window, whose
/// side lobes are 92 dB down.
fn level(samples: &[i16], hz: f64) -> f64 {
    let count = samples.len() as f64;
    let (mut re, mut im, mut weight) = (0.0, 0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let at = n as f64 / count * std::f64::consts::TAU;
        let window =
            0.358_75 - 0.488_29 * at.cos() + 0.141_28 * (2.0 * at).cos() - 0.011_68 * (3.0 * at).cos();
        let phase = n as f64 * hz / 8_000.0 * std::f64::consts::TAU;
        re += window * f64::from(*sample) * phase.cos();
        im += window * f64::from(*sample) * phase.sin();
        weight += window;
    }
    20.0 * (2.0 * re.hypot(im) / weight.max(1.0) / LOUDNESS).max(1e-9).log10()
}

fn describe(port: u16) -> Bytes {
    Bytes::from(format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 {KEYS}\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:{KEYS} telephone-event/8000\r\na=fmtp:{KEYS} 0-15\r\na=sendrecv\r\n"
    ))
}

fn audio_of(sdp: &[u8]) -> SocketAddr {
    let text = String::from_utf8_lossy(sdp);
    let port = text.lines().find_map(|line| line.strip_prefix("m=audio ")?.split(' ').next()?.parse().ok());
    SocketAddr::from(([127, 0, 0, 1], port.expect("a port in the description")))
}
