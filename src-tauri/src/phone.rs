//! The desk's phone: the softphone with signalling and media of its own, apart from the exchange's.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tandem_media_engine::{MediaConfig, MediaEngine};
use tandem_sip_transport::{SipConfig, SipTransport};
use tandem_softphone::{Account, Choice, Flow, PhonePorts, PhoneState, PhoneStatus, Softphone, Sound};
use tandem_switchboard::ports::signalling::LegIds;
use tokio::sync::{mpsc, watch};

/// RTP ports of the phone, apart from those of the exchange.
const RTP_PORTS: std::ops::RangeInclusive<u16> = 30_000..=30_199;
/// An exchange that has not answered a registration by then is offline.
const REGISTERING: Duration = Duration::from_secs(10);
/// How long the level meter runs after somebody has looked at the devices.
const METERING: Duration = Duration::from_secs(30);

/// Why the phone cannot be connected; the page knows the short ones by name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PhoneError {
    #[error("offline")]
    Offline,
    #[error("{0}")]
    Refused(String),
    #[error("starting the phone: {0}")]
    Start(#[from] std::io::Error),
}

/// The phone, started when it is first connected.
#[derive(Debug)]
pub(crate) struct DeskPhone {
    sound: Arc<Sound>,
    phone: Mutex<Option<(IpAddr, Arc<Softphone>)>>,
    state: watch::Sender<PhoneState>,
    meter: Mutex<Option<(Instant, Flow)>>,
}

impl DeskPhone {
    pub fn new() -> Self {
        Self {
            sound: Sound::new(),
            phone: Mutex::default(),
            state: watch::Sender::new(PhoneState::default()),
            meter: Mutex::default(),
        }
    }

    /// The state now and every change of it.
    pub fn watch(&self) -> watch::Receiver<PhoneState> {
        self.state.subscribe()
    }

    pub fn state(&self) -> PhoneState {
        self.state.borrow().clone()
    }

    pub fn sound(&self) -> &Arc<Sound> {
        &self.sound
    }

    pub fn in_call(&self) -> bool {
        self.state.borrow().status == PhoneStatus::InCall
    }

    /// Registers and answers once calls can come, or cannot.
    pub async fn connect(&self, account: Account) -> Result<(), PhoneError> {
        let interface = interface_towards(&account.registrar).await.ok_or(PhoneError::Offline)?;
        let phone = self.phone_at(interface).await?;
        phone.connect(account);
        let mut watch = phone.watch();
        let settled = watch.wait_for(|state| state.status != PhoneStatus::Connecting);
        match tokio::time::timeout(REGISTERING, settled).await {
            Ok(Ok(state)) if state.status == PhoneStatus::Failed => Err(PhoneError::Refused(
                state.detail.clone().unwrap_or_else(|| PhoneError::Offline.to_string()),
            )),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(PhoneError::Offline),
        }
    }

    /// Takes the registration back.
    pub fn disconnect(&self) {
        if let Some(phone) = self.present() {
            phone.disconnect();
        }
    }

    /// Answers the call that rings.
    pub fn answer(&self) {
        if let Some(phone) = self.present() {
            phone.answer();
        }
    }

    /// Ends the call, or refuses the one that rings.
    pub fn hang_up(&self) {
        if let Some(phone) = self.present() {
            phone.hang_up();
        }
    }

    /// Stops sending what the microphone hears, or sends it again.
    pub fn mute(&self, muted: bool) {
        match self.present() {
            Some(phone) => phone.mute(muted),
            None => self.sound.mute(muted),
        }
        self.state.send_modify(|state| state.muted = muted);
    }

    /// Chooses sound devices.
    pub fn select(&self, choice: Choice) {
        match self.present() {
            Some(phone) => phone.select(choice),
            None => self.sound.select(choice),
        }
        let Choice { input, output, plain } = self.sound.choice();
        self.state.send_modify(|state| (state.input, state.output, state.plain) = (input, output, plain));
    }

    /// Runs the level meter for a while: somebody is choosing devices.
    pub fn look_at_devices(&self) {
        let mut meter = self.meter.lock();
        let flow = meter.take().map_or_else(|| self.sound.meter(), |(_, flow)| flow);
        *meter = Some((Instant::now() + METERING, flow));
    }

    /// Loudness of microphone and loudspeaker, while there is something to show.
    pub fn levels(&self) -> Option<(f32, f32)> {
        let mut meter = self.meter.lock();
        // In a call the microphone is open anyway.
        if meter.as_ref().is_some_and(|(until, _)| Instant::now() > *until || self.in_call()) {
            *meter = None;
        }
        (meter.is_some() || self.in_call()).then(|| self.sound.levels())
    }

    fn present(&self) -> Option<Arc<Softphone>> {
        self.phone.lock().as_ref().map(|(_, phone)| phone.clone())
    }

    async fn phone_at(&self, interface: IpAddr) -> Result<Arc<Softphone>, PhoneError> {
        let former = self.phone.lock().clone();
        match former {
            Some((at, phone)) if at == interface => return Ok(phone),
            Some((_, phone)) => phone.disconnect(),
            None => {}
        }
        let phone = start(interface, self.sound.clone()).await?;
        *self.phone.lock() = Some((interface, phone.clone()));
        let (state, mut changes) = (self.state.clone(), phone.watch());
        tokio::spawn(async move {
            while changes.changed().await.is_ok() {
                let now = changes.borrow_and_update().clone();
                state.send_replace(now);
            }
        });
        Ok(phone)
    }
}

async fn start(interface: IpAddr, sound: Arc<Sound>) -> std::io::Result<Arc<Softphone>> {
    let leg_ids = Arc::new(LegIds::default());
    let (sip_events, sip_inbox) = mpsc::unbounded_channel();
    let config = SipConfig { tcp: None, ..SipConfig::new(SocketAddr::new(interface, 0)) };
    let signalling = SipTransport::start(config, leg_ids.clone(), sip_events).await?;
    let (media_events, media_inbox) = mpsc::unbounded_channel();
    let config = MediaConfig { threads: 1, rtp_ports: RTP_PORTS, ..MediaConfig::default() };
    let media = MediaEngine::start(config, media_events);
    let ports = PhonePorts { signalling, media, leg_ids };
    Ok(Softphone::start(ports, sound, sip_inbox, media_inbox))
}

/// The address of ours that packets to the registrar leave from.
async fn interface_towards(registrar: &str) -> Option<IpAddr> {
    let registrar = registrar.to_owned();
    let found = tokio::task::spawn_blocking(move || {
        let with_port =
            registrar.to_socket_addrs().or_else(|_| (registrar.as_str(), 5_060).to_socket_addrs());
        let target = with_port.ok()?.next()?;
        let any: SocketAddr =
            if target.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
        // Connecting a UDP socket sends nothing; it only makes the system choose a source.
        let socket = UdpSocket::bind(any).ok()?;
        socket.connect(target).ok()?;
        Some(socket.local_addr().ok()?.ip())
    });
    found.await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_phone_speaks_from_the_address_that_reaches_the_registrar() {
        assert_eq!(interface_towards("127.0.0.1:5060").await, Some([127, 0, 0, 1].into()));
        assert_eq!(interface_towards("127.0.0.1").await, Some([127, 0, 0, 1].into()));
        assert_eq!(interface_towards("no such host").await, None);
    }

    #[tokio::test]
    async fn devices_can_be_chosen_before_there_is_a_phone() {
        let desk = DeskPhone::new();
        desk.select(Choice { input: Some("mic".into()), output: None, plain: false });
        assert_eq!(desk.state().input.as_deref(), Some("mic"));
        assert!(desk.levels().is_none() && !desk.in_call());
    }

    #[tokio::test]
    async fn muting_is_told_to_whoever_watches() {
        let desk = DeskPhone::new();
        let watch = desk.watch();
        desk.mute(true);
        assert!(watch.borrow().muted && desk.sound().is_muted());
        desk.mute(false);
        assert!(!watch.borrow().muted && !desk.sound().is_muted());
    }
}
