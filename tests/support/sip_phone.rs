//! A SIP phone in the test's own process: it speaks one tone on every line and knows which tones it hears.

#![allow(dead_code, reason = "each test uses its part")]

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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

/// A phone.
pub struct Phone {
    sip: Arc<SipTransport>,
    legs: Arc<LegIds>,
    events: mpsc::UnboundedReceiver<Event>,
    hz: f64,
    silent: Arc<AtomicBool>,
    lines: HashMap<LegId, Line>,
}

struct Line {
    heard: Arc<Mutex<VecDeque<i16>>>,
    /// Where the other side wants its audio.
    remote: Arc<Mutex<Option<SocketAddr>>>,
    port: u16,
    task: tokio::task::JoinHandle<()>,
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
        phone.know(server, Some((text("user"), text("password"))));
        phone
            .until("a registration", |event| {
                matches!(event, Event::Trunk { state: TrunkState::Registered { .. }, .. }).then_some(())
            })
            .await;
        phone
    }

    async fn start(hz: f64) -> Self {
        let legs = Arc::new(LegIds::default());
        let (sender, events) = mpsc::unbounded_channel();
        let any = "127.0.0.1:0".parse().expect("an address");
        let sip = SipTransport::start(SipConfig::new(any), legs.clone(), sender).await.expect("binds");
        Self { sip, legs, events, hz, silent: Arc::default(), lines: HashMap::new() }
    }

    fn know(&self, server: &Server, credentials: Option<(String, String)>) {
        self.sip.send(Command::SetTrunks(vec![TrunkAccount {
            id: "exchange".into(),
            host: server.sip().to_owned(),
            transport: Transport::Udp,
            domain: None,
            register: credentials.as_ref().map(|_| 120),
            credentials: credentials.map(|(user, password)| (user, password.into())),
            accept_from: vec!["127.0.0.1".parse().expect("an address")],
            options_every: 0,
        }]));
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

    async fn hearing(&self, leg: LegId, what: &str, fits: impl Fn(&dyn Fn(f64) -> f64, bool) -> bool) {
        let line = &self.lines[&leg];
        let limit = Instant::now() + Duration::from_secs(10);
        loop {
            let heard: Vec<i16> = line.heard.lock().expect("no panic").iter().copied().collect();
            let loud = heard.iter().any(|sample| sample.unsigned_abs() > 300);
            let strength = |hz: f64| if loud { tone_strength(&heard, 8_000, hz) } else { 0.0 };
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
        let (heard, remote) = (Arc::new(Mutex::new(VecDeque::new())), Arc::new(Mutex::new(None)));
        let task = tokio::spawn(carry(socket, self.hz, self.silent.clone(), heard.clone(), remote.clone()));
        self.lines.insert(leg, Line { heard, remote, port, task });
        &self.lines[&leg]
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
    heard: Arc<Mutex<VecDeque<i16>>>,
    remote: Arc<Mutex<Option<SocketAddr>>>,
) {
    let (mut clock, mut n, mut packet) =
        (tokio::time::interval(Duration::from_millis(20)), 0_u32, [0; 2_048]);
    loop {
        tokio::select! {
            _ = clock.tick() => {
                let loudness = if silent.load(Ordering::Acquire) { 0.0 } else { 8_000.0 };
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
                // PCMU alone: neither keys nor comfort noise.
                if length <= 12 || packet[1] & 0x7f != 0 {
                    continue;
                }
                let mut samples = Vec::new();
                Law::Mu.decode(&packet[12..length], &mut samples);
                let mut heard = heard.lock().expect("no panic");
                heard.extend(samples);
                let surplus = heard.len().saturating_sub(MEMORY);
                heard.drain(..surplus);
            }
        }
    }
}

fn describe(port: u16) -> Bytes {
    Bytes::from(format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n\
         a=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
    ))
}

fn audio_of(sdp: &[u8]) -> SocketAddr {
    let text = String::from_utf8_lossy(sdp);
    let port = text.lines().find_map(|line| line.strip_prefix("m=audio ")?.split(' ').next()?.parse().ok());
    SocketAddr::from(([127, 0, 0, 1], port.expect("a port in the description")))
}
