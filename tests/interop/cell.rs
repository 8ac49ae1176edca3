//! One cell: a call to a real exchange through its whole life, with everything that is judged about it.

use serde_json::{Value, json};
use tandem_scenarios::{Api, Live, Server, Wav};

use super::baresip::Baresip;
use super::identity::Identity;
use super::kamailio::Kamailio;
use super::linphone::Linphone;
use super::phone::{Phone, Setup};
use super::sound::{self, PHRASE, WORD};
use super::{sipp, trace};

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    Baresip,
    Linphone,
    Sipp,
}

/// What the speech is carried in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    Pcmu,
    Pcma,
    G722,
    Opus,
}

/// What the SIP messages go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Udp,
    Tcp,
    Tls,
}

/// Who calls whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The peer calls a number of ours, and the assistant answers.
    In,
    /// The assistant calls the peer through a trunk.
    Out,
    /// The peer registers with us as somebody's telephone, and a customer's call is put through to it.
    Phone,
}

/// What lies between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Direct,
    /// Kamailio, which puts itself into the route.
    Kamailio,
}

/// Who hangs up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ender {
    Exchange,
    Peer,
}

/// One call to be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    pub peer: Peer,
    pub codec: Codec,
    pub srtp: bool,
    pub transport: Transport,
    pub direction: Direction,
    pub way: Way,
    pub ender: Ender,
}

impl Codec {
    pub const ALL: [Self; 4] = [Self::Pcmu, Self::Pcma, Self::G722, Self::Opus];

    pub fn name(self) -> &'static str {
        self.rtpmap().split('/').next().unwrap_or_default()
    }

    /// Its name in a session description.
    pub fn rtpmap(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU/8000",
            Self::Pcma => "PCMA/8000",
            Self::G722 => "G722/8000",
            Self::Opus => "opus/48000/2",
        }
    }

    /// Its fixed payload type.
    pub fn payload_type(self) -> Option<u8> {
        match self {
            Self::Pcmu => Some(0),
            Self::Pcma => Some(8),
            Self::G722 => Some(9),
            Self::Opus => None,
        }
    }
}

impl Transport {
    pub const ALL: [Self; 3] = [Self::Udp, Self::Tcp, Self::Tls];

    pub fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }

    /// As URIs and the API have it.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }
}

/// Two ports that were free a moment ago, the first of which is answered: baresip takes two.
pub fn free_port() -> u16 {
    loop {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
        let port = socket.local_addr().expect("an address").port();
        let free = |port| {
            std::net::TcpListener::bind(("127.0.0.1", port)).is_ok()
                && std::net::UdpSocket::bind(("127.0.0.1", port)).is_ok()
        };
        drop(socket);
        if port < 60_000 && free(port) && free(port + 1) {
            return port;
        }
    }
}

/// The number that the assistant answers.
pub const OURS: &str = "+62215559998";
/// The number that the peer answers.
pub const THEIRS: &str = "+15557770002";
/// A number whose calls are put through to the person with the peer's telephone.
const PUT_THROUGH: &str = "+62215559999";
/// What the assistant begins with, whatever it hears meanwhile.
const GREETING: &str = "Welcome to Juniper Bank, what can I do for you today?";
/// What the assistant is made to say near the end.
const LAST_WORDS: &str = "We have found your account and everything is in order.";

/// A cell under way.
pub struct Run {
    pub cell: Cell,
    pub server: Server,
    pub api: Api,
    pub live: Live,
    /// `host:port` that the exchange is reached at: its own, or the proxy's.
    pub entrance: String,
    /// The assistant's id.
    assistant: String,
    /// The peer's, where it is called over TLS.
    identity: Identity,
}

impl Cell {
    /// Makes the call; panics at the first thing that is not as it must be.
    pub async fn run(self) {
        let identity = Identity::new();
        let issuer = identity.certificate.to_str().expect("a path in letters");
        let server = match self.transport {
            Transport::Tls => Server::sandbox_with(&["--sip-tls", "127.0.0.1:0", "--sip-tls-ca", issuer]),
            Transport::Udp | Transport::Tcp => Server::sandbox(),
        };
        let api = server.api();
        let live = Live::open(&api).await;
        let entrance = match self.transport {
            Transport::Tls => {
                let address = server.ready["sip_tls"].as_str().expect("TLS is served");
                let address = address.trim_start_matches("tls:");
                match self.peer {
                    // It looks for names in a certificate, never for addresses.
                    Peer::Linphone => address.replace("127.0.0.1", "localhost"),
                    Peer::Baresip | Peer::Sipp => address.to_owned(),
                }
            }
            Transport::Udp | Transport::Tcp => server.sip().to_owned(),
        };
        let assistant = provide(&api).await;
        let mut run = Run { cell: self, server, api, live, entrance, assistant, identity };
        match self.peer {
            Peer::Sipp => sipp::run(&mut run).await,
            Peer::Baresip | Peer::Linphone => run.phone().await,
        }
    }
}

/// Declares an assistant that is not interrupted at first, and the number that it answers.
async fn provide(api: &Api) -> String {
    let mut settings = api.get("/assistants/asst_receptionist").await["settings"].clone();
    settings["first_message"] = json!(GREETING);
    settings["first_message_interruptible"] = json!(false);
    let assistant = json!({ "name": "Maya", "code": "interop", "enabled": true, "settings": settings });
    let assistant = api.post("/assistants", assistant).await["id"].as_str().expect("an id").to_owned();
    let trunk = api.get("/trunks").await["items"][0]["id"].clone();
    let route = json!({ "kind": "assistant", "assistant": assistant });
    api.post("/numbers", json!({ "number": OURS, "trunk": trunk, "route": route })).await;
    assistant
}

/// A hold lasts: telephones change their streams only after they have answered.
async fn a_while() {
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
}

impl Run {
    async fn phone(&mut self) {
        let cell = self.cell;
        let port = free_port();
        let person = &self.server.ready["sandbox"]["users"]["supervisor"]["phone"];
        let word = |field: &str| person[field].as_str().expect("a phone").to_owned();
        let account = (cell.direction != Direction::Out).then(|| (word("user"), word("password")));
        let kamailio = match cell.way {
            Way::Direct => None,
            Way::Kamailio => Some(Kamailio::start(cell.transport, self.server.sip(), port).await),
        };
        let setup = Setup {
            codec: cell.codec,
            srtp: cell.srtp,
            transport: cell.transport,
            account,
            server: self.entrance.clone(),
            proxy: kamailio.as_ref().map(|proxy| proxy.address()),
            port,
            number: THEIRS.to_owned(),
            issuer: match cell.transport {
                Transport::Tls => self.server.data().join("sip-tls.crt"),
                Transport::Udp | Transport::Tcp => self.identity.certificate.clone(),
            },
            identity: self.identity.both.clone(),
        };
        let mut phone = match cell.peer {
            Peer::Baresip => Phone::Baresip(Baresip::start(&setup).await),
            _ => Phone::Linphone(Linphone::start(&setup).await),
        };
        let call = match cell.direction {
            Direction::In => {
                let transport = cell.transport.parameter();
                phone.dial(&format!("sip:{OURS}@{};transport={transport}", setup.server)).await;
                self.announced().await
            }
            Direction::Out => {
                // baresip takes the next port for TLS.
                let port = if cell.transport == Transport::Tls { port + 1 } else { port };
                let host = setup.proxy.clone().unwrap_or_else(|| format!("127.0.0.1:{port}"));
                self.call_out(&host, kamailio.as_ref()).await
            }
            Direction::Phone => return self.put_through(&mut phone).await,
        };
        phone.established().await;
        self.live.said(&call, "assistant", "welcome", 20).await;
        self.live.said(&call, "customer", WORD, 30).await;
        phone.press('5').await;
        self.live.event(&call, "key.pressed", 10).await;
        phone.hold().await;
        a_while().await;
        phone.resume().await;
        self.api.post(&format!("/calls/{call}/say"), json!({ "text": LAST_WORDS })).await;
        let last = self.live.until("the end of the last words", 20, |message| {
            let item = &message["data"];
            message["kind"] == "transcript.item"
                && item["text"].as_str().is_some_and(|text| text.contains("in order"))
                && item["end_ms"].as_i64() > item["start_ms"].as_i64()
        });
        let last = last.await;
        match cell.ender {
            Ender::Exchange => drop(self.api.post(&format!("/calls/{call}/end"), Value::Null).await),
            Ender::Peer => phone.hang_up().await,
        }
        self.over(&call).await;
        phone.ended().await;
        let log = phone.log();
        trace::check_answer(&log, cell.codec, cell.srtp);
        trace::check_transport(&log, cell.transport);
        let recording = self.recording(&call).await;
        let heard = phone.heard();
        let begin = sound::first_sound(&recording, 1).expect("the assistant spoke");
        let at = |field: &str| last["data"][field].as_f64().expect("a time") / 1_000.0;
        // The very end may still have been in the peer's jitter buffer when the call was over.
        let after_hold = (at("start_ms") + 0.2, at("end_ms") - 0.6);
        let mut stretches = vec![("greeting", (begin, begin + 2.0))];
        // baresip 1.0 stops writing what it hears once it has held, though it is still sent packets.
        if cell.peer != Peer::Baresip {
            stretches.push(("words after the hold", after_hold));
        }
        for (what, stretch) in stretches {
            let likeness = sound::likeness(&recording, 1, stretch, &heard);
            assert!(likeness.is_good(cell), "the peer heard of the {what}: {likeness:?}");
        }
        if let Some(kamailio) = kamailio {
            kamailio.check_relayed();
        }
    }

    /// A customer of the sandbox calls, and the person with the peer's telephone is fetched.
    async fn put_through(&mut self, phone: &mut Phone) {
        let trunk = self.api.get("/trunks").await["items"][0]["id"].clone();
        let route = json!({ "kind": "person", "user": "user_supervisor" });
        let number = json!({ "number": PUT_THROUGH, "trunk": trunk, "route": route });
        self.api.post("/numbers", number).await;
        let from = "+62812345678";
        self.api.post("/sandbox/call-in", json!({ "from": from, "to": PUT_THROUGH })).await;
        let call = self.announced().await;
        phone.established().await;
        // A call without an assistant has no transcript: each side is judged by what the other one heard. The customer
        // answers when the person has spoken, and by this many packets of 20 ms has said it.
        let long_enough = |message: &Value| message["quality"]["packets_received"].as_u64() > Some(600);
        self.live.until("fifteen seconds of talk", 40, long_enough).await;
        phone.hold().await;
        a_while().await;
        phone.resume().await;
        self.api.post(&format!("/calls/{call}/end"), Value::Null).await;
        phone.ended().await;
        self.over(&call).await;
        trace::check_answer(&phone.log(), self.cell.codec, self.cell.srtp);
        let customer = Wav::read(&self.server.heard_by(from));
        let phrase = Wav::mono(8_000, tandem_scenarios::speech(PHRASE).await);
        let left = Wav::mono(customer.rate, customer.channels[0].clone());
        let said = sound::likeness(&phrase, 0, (0.1, phrase.seconds() - 0.1), &left);
        // Two jitter buffers lie on the way, each of which lengthens or shortens the pauses.
        assert!(said.envelope > 0.75, "the customer heard of the phrase: {said:?}");
        let begin = sound::first_sound(&customer, 1).expect("the customer spoke");
        let heard = sound::likeness(&customer, 1, (begin, begin + 2.0), &phone.heard());
        assert!(heard.envelope > 0.9, "the peer heard of the customer: {heard:?}");
    }

    /// The call that came in.
    pub async fn announced(&mut self) -> String {
        let created = self.live.until("the peer's call", 20, |m| m["kind"] == "call.created").await;
        created["call"].as_str().expect("an id").to_owned()
    }

    /// The assistant calls the peer.
    pub async fn call_out(&mut self, host: &str, kamailio: Option<&Kamailio>) -> String {
        let mut trunk = json!({
            "name": "Peer", "host": host, "transport": self.cell.transport.parameter(),
            "srtp": if self.cell.srtp { "required" } else { "off" },
            "codecs": [self.cell.codec.name().to_lowercase()], "max_cps": 10, "max_channels": 10,
        });
        if kamailio.is_some() {
            trunk["username"] = json!(super::kamailio::USER);
            trunk["password"] = json!(super::kamailio::PASSWORD);
            trunk["register_s"] = json!(60);
            trunk["domain"] = json!(super::kamailio::DOMAIN);
        }
        let id = self.api.post("/trunks", trunk).await["id"].as_str().expect("an id").to_owned();
        if let Some(kamailio) = kamailio {
            kamailio.registered().await;
        }
        let call = json!({ "to": THEIRS, "assistant": self.assistant, "trunk": id, "variables": {} });
        self.api.post("/calls", call).await["id"].as_str().expect("an id").to_owned()
    }

    /// The call ended, by whom it should, and none is left.
    pub async fn over(&mut self, call: &str) {
        let ended = self.live.event(call, "call.ended", 20).await;
        let reason = ended["data"]["end_reason"].as_str().unwrap_or_default();
        let by_customer = self.cell.ender == Ender::Peer;
        assert_eq!(reason == "customer", by_customer, "ended by {reason}");
        let left = self.api.get("/live/calls").await;
        assert_eq!(left["items"].as_array().map(Vec::len), Some(0), "{left}");
    }

    pub async fn recording(&self, call: &str) -> Wav {
        Wav::parse(&self.api.bytes(&format!("/calls/{call}/recording")).await)
    }
}
