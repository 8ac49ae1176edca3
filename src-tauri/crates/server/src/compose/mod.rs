//! Joins the switchboard to its adapters and runs it.

mod browsers;
mod clock;
mod keychain;
mod links;
pub(crate) mod loop_call;
mod metrics;
mod options;
mod provision;
mod retention;
mod sandbox;
mod sip;
pub(crate) mod speech_check;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tandem_browser_phone::PeerConnections;
use tandem_contracts::{Ground, GroundParts};
use tandem_foundation::OrgId;
use tandem_http::{HttpConfig, HttpServer, PhoneRegistrar, StoredAudio};
use tandem_media_engine::{MediaConfig, MediaEngine};
use tandem_sip_transport::SipTransport;
use tandem_speech::{Providers, ProvidersConfig, Registry};
use tandem_storage::Storage;
use tandem_switchboard::access::KeyWish;
use tandem_switchboard::exchange::Exchange;
use tandem_switchboard::ports::clock::Clock;
use tandem_switchboard::ports::providers::{ProviderRegistry, ProviderStore};
use tandem_switchboard::ports::signalling::{LegIds, Signalling, Transport};
use tandem_switchboard::ports::speech::ProviderError;
use tandem_switchboard::ports::store::{Directory, Store, StoreError};
use tandem_switchboard::ports::webhooks::WebhookStore;
use tandem_switchboard::records::{Contract, UserRole};
use tandem_switchboard::{Ports, Switchboard};
use tandem_webhooks::{HttpWebhook, OwnFormat, Reach, RelayParts};
use tokio::sync::mpsc;

pub use options::ServeOptions;
pub(crate) use options::default_data_dir;

use self::clock::SystemClock;
pub(crate) use self::keychain::Keychain;
use self::provision::Secrets;
use self::sandbox::PretendCarrier;
use crate::first_run::{self, FirstRunError};
use crate::operator_file::{self, OperatorFile};

/// An assistant's webhook may keep a caller waiting for no longer.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);
/// SIP messages that may wait for storage.
const TRACED: usize = 1_024;

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("preparing the data directory {path}")]
    DataDir {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("opening the database")]
    Store(#[from] StoreError),
    #[error("preparing the first start")]
    FirstRun(#[from] FirstRunError),
    #[error("serving SIP on {address}")]
    Sip {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("making a certificate for SIP in {folder}")]
    Certificate {
        folder: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("reading the providers' file {path}: {reason}")]
    Providers { path: PathBuf, reason: String },
    #[error("preparing speech")]
    Speech(#[source] ProviderError),
    #[error("reading the sandbox")]
    Customers(#[from] tandem_sandbox::CustomersError),
    #[error("listening for HTTP on {address}")]
    Http {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
}

/// A running server.
pub struct Running {
    address: SocketAddr,
    http: parking_lot::Mutex<Option<HttpServer>>,
    media: Arc<MediaEngine>,
    browsers: Option<Arc<PeerConnections>>,
    store: Storage,
    exchange: Arc<Switchboard>,
    ready: Value,
    sign_in: Option<SandboxSignIn>,
    retention: tokio::task::JoinHandle<()>,
    relay: tokio::task::JoinHandle<()>,
    tasks: tokio::task::JoinHandle<()>,
    _operator_file: Option<operator_file::Written>,
    _temporary: Option<tempfile::TempDir>,
}

/// How to sign in to a sandbox.
#[derive(Debug, Clone)]
pub struct SandboxSignIn {
    /// The supervisor's e-mail address.
    pub email: String,
    pub password: String,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("http", &self.address).finish_non_exhaustive()
    }
}

impl Running {
    /// The ready line: addresses, and what a sandbox can be used with.
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    /// Where the console is.
    pub fn http(&self) -> SocketAddr {
        self.address
    }

    /// The running exchange.
    pub fn exchange(&self) -> &Arc<Switchboard> {
        &self.exchange
    }

    /// A sandbox's supervisor.
    pub fn sign_in(&self) -> Option<&SandboxSignIn> {
        self.sign_in.as_ref()
    }

    /// Ends: no new calls, running ones may go on for `patience`.
    pub async fn drain(&self, patience: Duration) {
        self.exchange.drain(patience).await;
        self.retention.abort();
        self.relay.abort();
        self.tasks.abort();
        let http = self.http.lock().take();
        if let Some(http) = http {
            http.shutdown().await;
        }
        if let Some(browsers) = &self.browsers {
            browsers.shutdown();
        }
        self.media.shutdown();
        self.store.close().await;
    }
}

/// Sends logs to stderr; `RUST_LOG` chooses which.
pub fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sqlx=warn,pulseaudio=off,rtc=error"));
    // That library warns of every extension it does not know, with each handshake; what goes wrong is told by its caller.
    let asked = std::env::var("RUST_LOG").is_ok_and(|wish| wish.contains("rtc_dtls"));
    let quiet = "rtc_dtls=off".parse().ok().filter(|_| !asked);
    let filter = quiet.into_iter().fold(filter, tracing_subscriber::EnvFilter::add_directive);
    // A second call (the desktop shell starting a server) keeps the first one's choice.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// Starts a server and answers once it takes calls and requests.
///
/// # Errors
/// When a port is taken, the data directory cannot be used, or a part is not installed.
pub async fn start(options: ServeOptions) -> Result<Running, StartError> {
    let (data_dir, temporary) = data_dir(options.data.as_deref())?;
    let store = open_store(&options, &data_dir).await?;
    let speech = Arc::new(Registry::new(providers(&options, &data_dir)?));
    let warm = speech.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = warm.warm_up() {
            tracing::warn!(%error, "the embedded recogniser cannot be used");
        }
    });
    let clock = Arc::new(SystemClock);
    let middle = options.rtp_ports.0 + (options.rtp_ports.1 - options.rtp_ports.0) / 2;

    let carrier = if options.sandbox {
        let ports = middle + 1..=options.rtp_ports.1;
        let recordings = options.sandbox_recordings.clone();
        Some(PretendCarrier::start(options.sip.ip(), ports, speech.as_ref(), recordings).await?)
    } else {
        None
    };
    let prepared = match &carrier {
        Some(carrier) => Some(prepare_sandbox(&store, carrier, clock.as_ref()).await?),
        None => {
            let hash = |password: &str| Ok(tandem_http::hash_password(password));
            first_run::prepare(&store, clock.as_ref(), &data_dir, hash).await?;
            None
        }
    };

    for org in store.organisations().await? {
        let (rows, order) = (store.providers(&org.id).await?, store.fallback(&org.id).await?);
        speech.replace(&org.id, &rows, order.as_ref());
    }
    let leg_ids = Arc::new(LegIds::default());
    let (sip_events, sip_inbox) = mpsc::unbounded_channel();
    let (tap, traced) = mpsc::channel(TRACED);
    let mut sip_config = sip::config(&options, &data_dir)
        .map_err(|source| StartError::Certificate { folder: data_dir.clone(), source })?;
    sip_config.tap = Some(tap);
    let signalling = SipTransport::start(sip_config, leg_ids.clone(), sip_events)
        .await
        .map_err(|source| StartError::Sip { address: options.sip, source })?;
    let (media_events, media_inbox) = mpsc::unbounded_channel();
    let last = if carrier.is_some() { middle } else { options.rtp_ports.1 };
    let config = MediaConfig {
        rtp_ports: options.rtp_ports.0..=last,
        recordings: Some(data_dir.join("recordings")),
        ballast_bytes: options.ballast_bytes,
        ..MediaConfig::default()
    };
    let media = MediaEngine::start(config, media_events);

    if let Some(carrier) = &carrier {
        carrier.meet(signalling.local_address());
    }
    let reach = if carrier.is_some() { Reach::AlsoLoopback } else { Reach::Public };
    let ports = Ports {
        signalling: signalling.clone(),
        media: media.clone(),
        store: Arc::new(store.clone()),
        speech: speech.clone(),
        webhook: Arc::new(HttpWebhook::new(reach, WEBHOOK_TIMEOUT)),
        clock: clock.clone(),
        leg_ids,
        data_dir: data_dir.clone(),
        recordings: options.recordings,
    };
    let exchange = Switchboard::start(ports, sip_inbox, media_inbox).await?;
    exchange.trace_sip(traced);

    let sip = signalling.local_address();
    let browsers = browsers::start(sip.ip(), options.rtp_ports.0..=last);
    let figures =
        metrics::collect().map(|handle| metrics::page(handle, exchange.clone(), media.statistics().clone()));
    let audio = Arc::new(StoredAudio::new(data_dir.clone(), 2));
    let link_key =
        links::key(&data_dir).map_err(|source| StartError::DataDir { path: data_dir.clone(), source })?;
    let ground = Ground::new(GroundParts {
        exchange: exchange.clone(),
        store: Arc::new(store.clone()),
        outside: Arc::new(store.clone()),
        audio,
        tasks: Arc::new(store.clone()),
        hash_password: tandem_http::hash_password,
        sandbox: carrier.is_some(),
        providers: Some(speech.clone()),
        clock: clock.clone(),
        link_key,
    });
    let formats = tandem_contracts::formats(&ground).into_iter().chain([Arc::new(OwnFormat) as _]).collect();
    let relay = RelayParts {
        store: Arc::new(store.clone()),
        formats,
        web: HttpWebhook::new(reach, WEBHOOK_TIMEOUT),
        clock: clock.clone(),
    };
    let relay = tandem_webhooks::start(relay, Exchange::subscribe(exchange.as_ref()));
    let config = HttpConfig {
        metrics: figures,
        mounts: tandem_contracts::mounts(&ground),
        browser_phones: browsers::port(browsers.as_ref()),
        phone: PhoneRegistrar {
            domain: sip.ip().to_string(),
            registrar: sip.to_string(),
            transport: Transport::Udp,
        },
        providers: Some(speech),
        webhooks: Some(Arc::new(store.clone())),
        sandbox: carrier.as_ref().map(PretendCarrier::control),
        ..HttpConfig::new(options.http, data_dir.clone())
    };
    let http = tandem_http::serve(config, exchange.clone(), Arc::new(store.clone()))
        .await
        .map_err(|source| StartError::Http { address: options.http, source })?;

    let url = format!("http://{}", http.addr);
    ground.set_public_url(url.clone());
    let tasks = tandem_contracts::run_tasks(&ground);
    let operator_file = leave_operator_file(&store, &url, clock.as_ref()).await;
    let mut ready = json!({ "ready": true, "http": url, "sip": format!("udp:{sip}") });
    if let Some(tls) = signalling.tls_address() {
        ready["sip_tls"] = format!("tls:{tls}").into();
    }
    if let Some(ws) = signalling.ws_address() {
        ready["sip_ws"] = format!("ws://{ws}").into();
    }
    if let Some(wss) = signalling.wss_address() {
        ready["sip_wss"] = format!("wss://{wss}").into();
    }
    if let Some(prepared) = &prepared {
        ready["sandbox"] = prepared.ready.clone();
    }
    let sign_in = prepared.map(|prepared| prepared.sign_in);
    let retention = retention::start(store.clone(), clock, data_dir);
    Ok(Running {
        address: http.addr,
        http: parking_lot::Mutex::new(Some(http)),
        media,
        browsers,
        store,
        exchange,
        ready,
        sign_in,
        retention,
        relay,
        tasks,
        _operator_file: operator_file,
        _temporary: temporary,
    })
}

fn data_dir(wanted: Option<&Path>) -> Result<(PathBuf, Option<tempfile::TempDir>), StartError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| StartError::DataDir { path, source }
    };
    let (path, temporary) = match wanted {
        Some(path) => (path.to_owned(), None),
        None => {
            let folder = tempfile::Builder::new().prefix("tandem-").tempdir();
            let folder = folder.map_err(failed(&std::env::temp_dir()))?;
            (folder.path().to_owned(), Some(folder))
        }
    };
    std::fs::create_dir_all(path.join("recordings")).map_err(failed(&path))?;
    Ok((path, temporary))
}

async fn open_store(options: &ServeOptions, data_dir: &Path) -> Result<Storage, StoreError> {
    match &options.database {
        // PostgreSQL's key stays on this machine: a copy of the database alone gives no password away.
        Some(url) => Storage::open_with_key(url, &data_dir.join("tandem.key")).await,
        // What is thrown away with its folder leaves nothing in a person's keychain.
        None if options.keychain && !options.sandbox && options.data.is_some() => {
            let keychain = Arc::new(Keychain::of(data_dir));
            Storage::open_file_kept(&data_dir.join("tandem.db"), keychain).await
        }
        None => Storage::open_file(&data_dir.join("tandem.db")).await,
    }
}

fn providers(options: &ServeOptions, data_dir: &Path) -> Result<Providers, StartError> {
    let mut config = ProvidersConfig::default();
    if let Some(path) = &options.providers {
        let wrong = |reason: String| StartError::Providers { path: path.clone(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        config = tandem_speech::read_providers(&text, |name| std::env::var(name).ok()).map_err(wrong)?;
    }
    config.cache_dir = data_dir.join("cache");
    Ok(Providers::new(config))
}

/// What a sandbox gives to those who use it.
struct PreparedSandbox {
    ready: Value,
    sign_in: SandboxSignIn,
}

async fn prepare_sandbox(
    store: &Storage,
    carrier: &PretendCarrier,
    clock: &dyn Clock,
) -> Result<PreparedSandbox, StartError> {
    let password = format!("{:016x}", rand::random::<u64>());
    let phone_password = format!("{:032x}", rand::random::<u128>());
    let to_hash = password.clone();
    let password_hash = tokio::task::spawn_blocking(move || tandem_http::hash_password(&to_hash))
        .await
        .expect("hashing does not panic");
    let secrets = Secrets {
        password_hash,
        phone_password: phone_password.clone(),
        carrier_password: carrier.password().into(),
    };
    let org = provision::put(store, carrier.address(), &secrets, clock.now()).await?;
    let key = make_key(store, &org, "sandbox", UserRole::Admin, None, clock).await?;
    let users: serde_json::Map<_, _> = provision::PEOPLE
        .iter()
        .map(|person| {
            let name = person.id.trim_start_matches("user_").to_owned();
            let phone = json!({ "user": person.phone, "password": phone_password });
            (name, json!({ "email": person.email, "password": password, "phone": phone }))
        })
        .collect();
    let phone = json!({ "user": provision::PEOPLE[1].phone, "password": phone_password });
    let mut keys = serde_json::Map::from_iter([("api".to_owned(), json!(key))]);
    for contract in Contract::ALL {
        let key = make_key(store, &org, "sandbox", UserRole::Owner, Some(contract), clock).await?;
        keys.insert(contract.as_str().to_owned(), key.into());
    }
    let mut secrets = serde_json::Map::new();
    for contract in Contract::ALL {
        let random = [clock.random(), clock.random()];
        let made = tandem_webhooks::signer(org.clone(), Some(contract), random, clock.now());
        // At a restart on the same data, what was signed with before goes on.
        let signer = match store.endpoint(&org, &made.id).await {
            Ok(known) => known,
            Err(StoreError::NotFound { .. }) => {
                store.put_endpoint(made.clone(), Vec::new()).await?;
                made
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(secret) = signer.secrets.first() {
            secrets.insert(contract.as_str().to_owned(), secret.secret.as_str().into());
        }
    }
    let ready = json!({ "keys": keys, "secrets": secrets, "users": users, "phone": phone });
    let sign_in = SandboxSignIn { email: provision::PEOPLE[1].email.into(), password };
    Ok(PreparedSandbox { ready, sign_in })
}

async fn make_key(
    store: &dyn Store,
    org: &OrgId,
    name: &str,
    role: UserRole,
    contract: Option<Contract>,
    clock: &dyn Clock,
) -> Result<String, StoreError> {
    let wish = KeyWish { org: org.clone(), name: name.to_owned(), role, contract, expires_at: None };
    let (row, secret) = tandem_http::new_api_key(wish, clock.now());
    store.put_key(row, Vec::new()).await?;
    Ok(secret.into_inner())
}

/// A server that cannot leave the file works all the same; the command line then needs `--key`.
async fn leave_operator_file(
    store: &Storage,
    url: &str,
    clock: &dyn Clock,
) -> Option<operator_file::Written> {
    const NAME: &str = "command line on this machine";
    let org = store.organisations().await.ok()?.into_iter().next()?.id;
    // The keys of former starts are of no use any more.
    for key in tandem_switchboard::ports::store::Access::keys(store, &org).await.ok()? {
        if key.name == NAME && key.revoked_at.is_none() {
            let revoked = tandem_switchboard::ports::store::Access::revoke_key(
                store,
                &org,
                &key.id,
                clock.now(),
                Vec::new(),
            );
            revoked.await.ok()?;
        }
    }
    let key = make_key(store, &org, NAME, UserRole::Owner, None, clock).await.ok()?;
    match operator_file::write(&OperatorFile { url: url.to_owned(), key }) {
        Ok(written) => written,
        Err(error) => {
            tracing::warn!(%error, "the command line will need --key: its file cannot be written");
            None
        }
    }
}
