//! What the composition root decides about the web edge.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tandem_console_api::sandbox::SandboxCustomer;
use tandem_switchboard::ports::browser_phone::BrowserPhones;
use tandem_switchboard::ports::providers::ProviderRegistry;
use tandem_switchboard::ports::signalling::Transport;
use tandem_switchboard::ports::webhooks::WebhookStore;

/// Where and how to serve.
#[derive(Clone)]
pub struct HttpConfig {
    /// Port 0: any free port.
    pub bind: SocketAddr,
    /// Recordings are below this directory.
    pub data_dir: PathBuf,
    /// Recordings that may be converted at once.
    pub conversions: usize,
    /// Readiness tells of less free space than this in the data directory.
    pub low_disk_bytes: u64,
    /// Clients reach us over TLS (a proxy in front ends it): cookies are `Secure` and `__Host-`.
    pub tls: bool,
    /// Origins that may use the API besides our own (`http://localhost:5173`).
    pub allowed_origins: Vec<String>,
    /// Where people's softphones register.
    pub phone: PhoneRegistrar,
    /// Browsers as phones over WebRTC; its operation answers 404 without, and the socket goes on.
    pub browser_phones: Option<Arc<dyn BrowserPhones>>,
    /// The page of figures (Prometheus' text format), for who asks from this machine or with a key.
    pub metrics: Option<Metrics>,
    /// The providers that calls use; its operations answer 404 without.
    pub providers: Option<Arc<dyn ProviderRegistry>>,
    /// Where webhooks are kept; their operations answer 404 without.
    pub webhooks: Option<Arc<dyn WebhookStore>>,
    /// What is served beside our own, each below a path of its own (`/sauti`).
    pub mounts: Vec<(&'static str, axum::Router)>,
    /// Present under `--sandbox` alone; its operations answer 404 otherwise.
    pub sandbox: Option<Arc<dyn SandboxControl>>,
}

/// Makes the page of figures anew each time.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// Our registrar as softphones see it.
#[derive(Debug, Clone)]
pub struct PhoneRegistrar {
    /// Domain of the address-of-record.
    pub domain: String,
    /// Address and port (`127.0.0.1:5060`).
    pub registrar: String,
    pub transport: Transport,
}

/// The simulated customers.
#[async_trait]
pub trait SandboxControl: Send + Sync {
    /// Everyone who can be called or made to call.
    async fn customers(&self) -> Vec<SandboxCustomer>;
    /// Lets the customer `from` call our number `to`; answers the SIP Call-ID of the call under way.
    ///
    /// # Errors
    /// When there is no such customer or the call could not be begun.
    async fn call_in(&self, from: &str, to: &str) -> Result<String, SandboxRefusal>;
}

/// Why a simulated customer cannot call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SandboxRefusal {
    #[error("there is no such customer")]
    UnknownCustomer,
    #[error("the customer is in a call already")]
    Busy,
}

impl HttpConfig {
    /// Plain HTTP at `bind`, no sandbox, softphones at the usual loopback registrar.
    pub fn new(bind: SocketAddr, data_dir: PathBuf) -> Self {
        Self {
            bind,
            data_dir,
            conversions: 2,
            low_disk_bytes: 256 << 20,
            tls: false,
            allowed_origins: Vec::new(),
            phone: PhoneRegistrar {
                domain: "127.0.0.1".into(),
                registrar: "127.0.0.1:5060".into(),
                transport: Transport::Udp,
            },
            browser_phones: None,
            metrics: None,
            providers: None,
            webhooks: None,
            mounts: Vec::new(),
            sandbox: None,
        }
    }
}

impl std::fmt::Debug for HttpConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpConfig")
            .field("bind", &self.bind)
            .field("data_dir", &self.data_dir)
            .field("conversions", &self.conversions)
            .field("low_disk_bytes", &self.low_disk_bytes)
            .field("tls", &self.tls)
            .field("allowed_origins", &self.allowed_origins)
            .field("phone", &self.phone)
            .field("browser_phones", &self.browser_phones.is_some())
            .field("metrics", &self.metrics.is_some())
            .field("providers", &self.providers.is_some())
            .field("webhooks", &self.webhooks.is_some())
            .field("mounts", &self.mounts.iter().map(|(path, _)| path).collect::<Vec<_>>())
            .field("sandbox", &self.sandbox.is_some())
            .finish()
    }
}
