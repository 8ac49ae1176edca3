//! The sandbox: a pretend carrier beside the exchange, and the organisation to try things with.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tandem_console_api::sandbox::SandboxCustomer;
use tandem_foundation::Pii;
use tandem_http::{SandboxControl, SandboxRefusal};
use tandem_media_engine::{MediaConfig, MediaEngine};
use tandem_sandbox::{Carrier, CarrierPorts, Customers};
use tandem_sip_transport::{SipConfig, SipTransport};
use tandem_switchboard::ports::signalling::{
    LegIds, PhoneAccount, Signalling, SignallingCommand, Transport, TrunkAccount,
};
use tandem_switchboard::ports::speech::SpeechProviders;
use tandem_switchboard::records::SpeechSettings;
use tokio::sync::mpsc;

use super::StartError;
use super::provision::CARRIER_USER;

const CUSTOMERS: &str = include_str!("../../../../../assets/sandbox/customers.toml");
/// The carrier's trunk towards the exchange.
const TO_EXCHANGE: &str = "exchange";

/// A pretend carrier that does not know the exchange's address yet.
pub(crate) struct PretendCarrier {
    signalling: Arc<SipTransport>,
    carrier: Arc<Carrier>,
    password: String,
}

impl PretendCarrier {
    pub async fn start(
        interface: std::net::IpAddr,
        rtp_ports: RangeInclusive<u16>,
        speech: &dyn SpeechProviders,
        recordings: Option<PathBuf>,
    ) -> Result<Self, StartError> {
        if let Some(folder) = &recordings {
            std::fs::create_dir_all(folder)
                .map_err(|source| StartError::DataDir { path: folder.clone(), source })?;
        }
        let leg_ids = Arc::new(LegIds::default());
        let (sip_events, sip_inbox) = mpsc::unbounded_channel();
        let any_port = SocketAddr::new(interface, 0);
        let signalling = SipTransport::start(SipConfig::new(any_port), leg_ids.clone(), sip_events)
            .await
            .map_err(|source| StartError::Sip { address: any_port, source })?;
        let (media_events, media_inbox) = mpsc::unbounded_channel();
        let config = MediaConfig { rtp_ports, threads: 1, ..MediaConfig::default() };
        let media = MediaEngine::start(config, media_events);
        let embedded = SpeechSettings::default();
        let ports = CarrierPorts {
            signalling: signalling.clone(),
            media,
            voice: speech.voice(&embedded).map_err(StartError::Speech)?,
            recogniser: speech.recogniser(&embedded).map_err(StartError::Speech)?,
            leg_ids,
            exchange: TO_EXCHANGE.into(),
            recordings,
        };
        let customers = Customers::parse(CUSTOMERS).map_err(StartError::Customers)?;
        let carrier = Carrier::start(ports, customers, sip_inbox, media_inbox);
        Ok(Self { signalling, carrier, password: format!("{:032x}", rand::random::<u128>()) })
    }

    pub fn address(&self) -> SocketAddr {
        self.signalling.local_address()
    }

    /// The digest password by which the exchange registers here.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Tells the carrier who its customer, the exchange, is.
    pub fn meet(&self, exchange: SocketAddr) {
        self.signalling.send(SignallingCommand::SetTrunks(vec![TrunkAccount {
            id: TO_EXCHANGE.into(),
            host: exchange.to_string(),
            transport: Transport::Udp,
            domain: None,
            credentials: None,
            register: None,
            accept_from: Vec::new(),
            options_every: 0,
        }]));
        self.signalling.send(SignallingCommand::SetPhones(vec![PhoneAccount {
            user: TO_EXCHANGE.into(),
            name: CARRIER_USER.into(),
            password: Pii::new(self.password.clone()),
        }]));
    }

    pub fn control(&self) -> Arc<dyn SandboxControl> {
        Arc::new(Control(self.carrier.clone()))
    }
}

/// The carrier as the web edge sees it.
struct Control(Arc<Carrier>);

#[async_trait]
impl SandboxControl for Control {
    async fn customers(&self) -> Vec<SandboxCustomer> {
        let view = |customer: &tandem_sandbox::Customer| SandboxCustomer {
            number: customer.number.clone(),
            name: customer.name.clone(),
            description: customer.description.clone(),
        };
        self.0.customers().iter().map(view).collect()
    }

    async fn call_in(&self, from: &str, to: &str) -> Result<String, SandboxRefusal> {
        Ok(self.0.call_in(from, to))
    }
}
