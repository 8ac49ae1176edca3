//! Doubles of the signalling and media ports that write down what they are asked.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use parking_lot::Mutex;
use tandem_foundation::{CallId, LegId};
use tandem_softphone::{PhonePorts, PhoneState, PhoneStatus, Softphone, Sound};
use tandem_switchboard::ports::media::{
    AudioLink, Media, MediaError, MediaEvent, RecordingPlan, RtpTerms, Sound as Tone, SpeechId, TappedFrame,
};
use tandem_switchboard::ports::signalling::{Caller, LegIds, Signalling, SignallingCommand, SignallingEvent};
use tandem_switchboard::terms;
use tokio::sync::mpsc;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What the room was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    Open,
    Connect(RtpTerms),
    Hearing(Vec<(LegId, LegId)>),
    Close,
}

#[derive(Debug)]
struct FakeSignalling(mpsc::UnboundedSender<SignallingCommand>);

impl Signalling for FakeSignalling {
    fn send(&self, command: SignallingCommand) {
        let _ = self.0.send(command);
    }

    fn local_address(&self) -> SocketAddr {
        SocketAddr::new(HERE, 5_070)
    }
}

#[derive(Debug, Default)]
pub struct FakeMedia {
    pub asked: Mutex<Vec<Asked>>,
    /// The exchange's ends of the links, kept open.
    links: Mutex<Vec<AudioLink>>,
}

impl Media for FakeMedia {
    fn open_room(&self, _: &CallId) {
        self.asked.lock().push(Asked::Open);
    }
    fn close_room(&self, _: &CallId) {
        self.asked.lock().push(Asked::Close);
    }
    fn open_rtp_leg(&self, _: &CallId, _: LegId, interface: IpAddr) -> Result<SocketAddr, MediaError> {
        Ok(SocketAddr::new(interface, 4_000))
    }
    fn connect(&self, _: &CallId, _: LegId, terms: RtpTerms) {
        self.asked.lock().push(Asked::Connect(terms));
    }
    fn open_audio_link(&self, _: &CallId, _: LegId) -> AudioLink {
        let (to_room, heard) = mpsc::channel(8);
        let (speak, from_room) = mpsc::channel(8);
        self.links.lock().push(AudioLink { to_room: speak, from_room: heard });
        AudioLink { to_room, from_room }
    }
    fn set_hearing(&self, _: &CallId, pairs: Vec<(LegId, LegId)>) {
        self.asked.lock().push(Asked::Hearing(pairs));
    }
    fn open_speaker(&self, _: &CallId, _: LegId) {}
    fn close_leg(&self, _: &CallId, _: LegId) {}
    fn speak(&self, _: &CallId, _: LegId, _: SpeechId, _: Vec<i16>, _: bool) {}
    fn pause_speech(&self, _: &CallId, _: LegId) {}
    fn resume_speech(&self, _: &CallId, _: LegId, _: u32) {}
    fn flush_speech(&self, _: &CallId, _: LegId, _: u32) {}
    fn set_sound(&self, _: &CallId, _: LegId, _: Option<Tone>) {}
    fn send_dtmf(&self, _: &CallId, _: LegId, _: &str) {}
    fn tap(&self, _: &CallId, _: LegId) -> mpsc::Receiver<TappedFrame> {
        mpsc::channel(1).1
    }
    fn start_recording(&self, _: &CallId, _: RecordingPlan) {}
    fn stop_recording(&self, _: &CallId) {}
    fn watch_voice(&self, _: &CallId, _: LegId, _: bool) {}
}

/// A phone between doubles.
#[derive(Debug)]
pub struct Bench {
    pub phone: Arc<Softphone>,
    pub media: Arc<FakeMedia>,
    commands: mpsc::UnboundedReceiver<SignallingCommand>,
    events: mpsc::UnboundedSender<SignallingEvent>,
    pub media_events: mpsc::UnboundedSender<MediaEvent>,
}

impl Bench {
    pub fn new() -> Self {
        let (to_us, commands) = mpsc::unbounded_channel();
        let (events, inbox) = mpsc::unbounded_channel();
        let (media_events, media_inbox) = mpsc::unbounded_channel();
        let media = Arc::new(FakeMedia::default());
        let ports = PhonePorts {
            signalling: Arc::new(FakeSignalling(to_us)),
            media: media.clone(),
            leg_ids: Arc::new(LegIds::default()),
        };
        let phone = Softphone::start(ports, Sound::new(), inbox, media_inbox);
        Self { phone, media, commands, events, media_events }
    }

    /// The exchange does something.
    pub fn event(&self, event: SignallingEvent) {
        self.events.send(event).expect("the phone listens");
    }

    /// A call of the exchange's.
    pub fn rings(&self, leg: u64, call_info: Option<&str>) {
        self.event(SignallingEvent::Incoming {
            leg: LegId(leg),
            caller: Caller::Trunk("exchange".into()),
            from: "+62812345678".into(),
            display_name: None,
            to: "sam".into(),
            call_id: format!("call-{leg}"),
            offer: Some(offer(6_000)),
            source: SocketAddr::new(HERE, 5_060),
            replaces: None,
            headers: call_info.map(|value| ("Call-Info".to_owned(), value.to_owned())).into_iter().collect(),
        });
    }

    /// The phone's next command.
    pub async fn command(&mut self) -> SignallingCommand {
        let next = tokio::time::timeout(std::time::Duration::from_secs(5), self.commands.recv());
        next.await.expect("a command").expect("the phone is there")
    }

    /// Waits for a state.
    pub async fn status(&self, wanted: PhoneStatus) -> PhoneState {
        let mut watch = self.phone.watch();
        let reached = watch.wait_for(|state| state.status == wanted);
        match tokio::time::timeout(std::time::Duration::from_secs(5), reached).await {
            Ok(state) => state.expect("the phone is there").clone(),
            Err(_) => panic!("not {wanted:?} but {:?}", self.phone.state()),
        }
    }
}

/// The exchange's offer with its RTP at this port.
pub fn offer(port: u16) -> bytes::Bytes {
    terms::offer(SocketAddr::new(HERE, port), 1)
}
