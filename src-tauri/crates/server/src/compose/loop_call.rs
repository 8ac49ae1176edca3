//! A real call from this machine to itself: SIP and RTP on loopback, audio scored both ways.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem_audio::measure;
use tandem_foundation::{CallId, LegId, Pii, TrunkId};
use tandem_media_engine::{MediaConfig, MediaEngine};
use tandem_sip_transport::{SipConfig, SipTransport};
use tandem_switchboard::ports::media::{Media, MediaEvent, SpeechId, TappedFrame};
use tandem_switchboard::ports::signalling::{
    Destination, LegIds, Signalling, SignallingCommand, SignallingEvent, Transport, TrunkAccount,
};
use tandem_switchboard::terms;
use tokio::sync::mpsc;

const PATIENCE: Duration = Duration::from_secs(10);
/// Most that the way through two jitter buffers may take, in samples.
const LONGEST_WAY: usize = 8_000;

/// A second and a half of 20 ms frames.
const SETTLING_FRAMES: usize = 75;

/// How the call went.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Score {
    /// INVITE to answer.
    pub setup_ms: u128,
    /// Signal to error, from the caller to the called, dB.
    pub there_db: f64,
    /// The same, the other way.
    pub back_db: f64,
}

/// One side of the call, with everything of its own.
struct Side {
    signalling: Arc<SipTransport>,
    events: mpsc::UnboundedReceiver<SignallingEvent>,
    media: Arc<MediaEngine>,
    _media_events: mpsc::UnboundedReceiver<MediaEvent>,
    leg_ids: Arc<LegIds>,
    room: CallId,
}

/// Places the call and scores it.
///
/// # Errors
/// One sentence: what did not work.
pub(crate) async fn score() -> Result<Score, String> {
    let (mut caller, mut called) = (Side::start("caller").await?, Side::start("called").await?);
    caller.befriend(called.signalling.local_address());
    called.befriend(caller.signalling.local_address());

    let began = Instant::now();
    let leg = caller.leg_ids.next();
    let local = caller.open(leg)?;
    caller.signalling.send(SignallingCommand::Invite {
        leg,
        to: Destination::Trunk { trunk: TrunkId::from("peer"), number: Pii::from("doctor") },
        from: Pii::from("doctor"),
        display_name: None,
        offer: terms::offer(local, 1),
        web_offer: None,
        secure_offer: None,
        headers: Vec::new(),
        call_id: None,
        ring_timeout: PATIENCE,
    });
    let (there, offer) = called.incoming().await?;
    let theirs = called.open(there)?;
    let (answer, negotiated) =
        terms::answer(&offer, theirs, 2).map_err(|code| format!("refused with {code}"))?;
    called.media.connect(&called.room, there, negotiated);
    called.signalling.send(SignallingCommand::Answer { leg: there, answer });
    let answer = caller.answered().await?;
    let setup_ms = began.elapsed().as_millis();
    let negotiated =
        terms::read_answer(&answer, local, 1).map_err(|code| format!("the answer is no use ({code})"))?;
    caller.media.connect(&caller.room, leg, negotiated);

    let sweep = sweep();
    let (mut heard_there, mut heard_back) =
        (called.media.tap(&called.room, there), caller.media.tap(&caller.room, leg));
    // The jitter buffers measure the line for a moment before they stand still.
    tokio::join!(settle(&mut heard_there), settle(&mut heard_back));
    caller.say(leg, &sweep);
    called.say(there, &sweep);
    let (there_db, back_db) = tokio::join!(scored(heard_there, &sweep), scored(heard_back, &sweep));
    caller.signalling.send(SignallingCommand::Hangup { leg, cause: None });
    called.ended().await?;
    Ok(Score { setup_ms, there_db: there_db?, back_db: back_db? })
}

impl Side {
    async fn start(name: &str) -> Result<Self, String> {
        let leg_ids = Arc::new(LegIds::default());
        let (to_us, events) = mpsc::unbounded_channel();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let signalling = SipTransport::start(SipConfig::new(address), leg_ids.clone(), to_us)
            .await
            .map_err(|error| format!("SIP cannot be served: {error}"))?;
        let (to_nobody, media_events) = mpsc::unbounded_channel();
        let config = MediaConfig { rtp_ports: 0..=0, ..MediaConfig::default() };
        let media = MediaEngine::start(config, to_nobody);
        let room = CallId::new(format!("doctor_{name}"));
        media.open_room(&room);
        Ok(Self { signalling, events, media, _media_events: media_events, leg_ids, room })
    }

    fn befriend(&self, peer: SocketAddr) {
        self.signalling.send(SignallingCommand::SetTrunks(vec![TrunkAccount {
            id: TrunkId::from("peer"),
            host: peer.to_string(),
            transport: Transport::Udp,
            domain: None,
            credentials: None,
            register: None,
            accept_from: vec![peer.ip()],
            options_every: 0,
        }]));
    }

    fn open(&self, leg: LegId) -> Result<SocketAddr, String> {
        let interface = IpAddr::V4(Ipv4Addr::LOCALHOST);
        self.media.open_rtp_leg(&self.room, leg, interface).map_err(|error| error.to_string())
    }

    fn say(&self, to: LegId, samples: &[i16]) {
        let mouth = self.leg_ids.next();
        self.media.open_speaker(&self.room, mouth);
        self.media.set_hearing(&self.room, vec![(to, mouth)]);
        self.media.speak(&self.room, mouth, SpeechId(1), samples.to_vec(), true);
    }

    async fn until<T>(
        &mut self,
        what: &str,
        mut pick: impl FnMut(SignallingEvent) -> Option<Result<T, String>>,
    ) -> Result<T, String> {
        let wait = async {
            loop {
                let Some(event) = self.events.recv().await else {
                    return Err("signalling stopped".to_owned());
                };
                if let Some(result) = pick(event) {
                    return result;
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| Err(format!("no {what} within 10 s")))
    }

    async fn incoming(&mut self) -> Result<(LegId, bytes::Bytes), String> {
        self.until("INVITE", |event| match event {
            SignallingEvent::Incoming { leg, offer, .. } => {
                Some(offer.map(|offer| (leg, offer)).ok_or_else(|| "the INVITE has no offer".to_owned()))
            }
            _ => None,
        })
        .await
    }

    async fn answered(&mut self) -> Result<bytes::Bytes, String> {
        self.until("answer", |event| match event {
            SignallingEvent::Answered { answer, .. } => Some(Ok(answer)),
            SignallingEvent::Failed { code, reason, .. } => {
                Some(Err(format!("the call failed: {code} {reason}")))
            }
            _ => None,
        })
        .await
    }

    async fn ended(&mut self) -> Result<(), String> {
        self.until("BYE", |event| matches!(event, SignallingEvent::Ended { .. }).then_some(Ok(()))).await
    }
}

/// Three seconds from 300 to 3000 Hz: a signal that lies on itself in one place only.
#[expect(clippy::cast_possible_truncation, reason = "amplitude 8000")]
fn sweep() -> Vec<i16> {
    let (from, to, seconds) = (300.0_f64, 3_000.0_f64, 3.0_f64);
    (0..24_000)
        .map(|n| {
            let t = f64::from(n) / 8_000.0;
            let phase = from * t + (to - from) * t * t / (2.0 * seconds);
            ((phase * std::f64::consts::TAU).sin() * 8_000.0) as i16
        })
        .collect()
}

async fn settle(tap: &mut mpsc::Receiver<TappedFrame>) {
    for _ in 0..SETTLING_FRAMES {
        if tap.recv().await.is_none() {
            return;
        }
    }
}

async fn scored(mut tap: mpsc::Receiver<TappedFrame>, reference: &[i16]) -> Result<f64, String> {
    let mut heard = Vec::new();
    let enough = reference.len() + LONGEST_WAY;
    let listen = async {
        while heard.len() < enough {
            let Some(frame) = tap.recv().await else { break };
            heard.extend_from_slice(&frame.samples);
        }
    };
    tokio::time::timeout(PATIENCE, listen).await.map_err(|_| "no audio arrived".to_owned())?;
    if heard.len() < enough {
        return Err("the audio broke off".into());
    }
    Ok(measure::align(reference, &heard, LONGEST_WAY).snr_db)
}
