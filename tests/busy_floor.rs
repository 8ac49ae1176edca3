//! A floor of real telephones at work: baresips, a browser, and five callers a second, most of whom do not stay. Every
//! answered caller has one agent, both hear each other, and nothing is left behind.

#![allow(clippy::print_stdout, reason = "figures are for people")]

#[path = "support/baresip.rs"]
mod baresip;
#[path = "support/peers.rs"]
mod peers;
#[path = "support/screen.rs"]
mod screen;
#[path = "support/sipp.rs"]
mod sipp;
#[path = "support/supervisor.rs"]
mod supervisor;
#[path = "support/webdriver.rs"]
mod webdriver;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use baresip::Baresip;
use reqwest::Method;
use serde_json::{Value, json};
use tandem_scenarios::{Api, Live, Server, Wav, tone_strength};
use webdriver::Window;

const SUPPORT: &str = "+62215551236";
const CALLS_A_SECOND: usize = 5;
/// Shorter conversations say too little.
const TO_BE_HEARD: Duration = Duration::from_millis(2_500);
/// Name, id and what they say for ever, Hz. The last one has a browser.
const AGENTS: [(&str, &str, f64); 3] = [
    ("agent", "user_agent", 700.0),
    ("agent_2", "user_agent_2", 1_100.0),
    ("supervisor", "user_supervisor", 1_700.0),
];

/// Waits, is answered or not, and hangs up after a time that is all that they have. What is heard is sent back.
const CALLER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
<send retrans="500"><![CDATA[

INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+1555[call_number]@[local_ip]:[local_port]>;tag=[pid]-[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Max-Forwards: 70
Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=sipp 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
a=ptime:20
]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rrs="true"/>
<send><![CDATA[

ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+1555[call_number]@[local_ip]:[local_port]>;tag=[pid]-[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
[routes]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
<pause distribution="uniform" min="500" max="14000"/>
<send retrans="500"><![CDATA[

BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+1555[call_number]@[local_ip]:[local_port]>;tag=[pid]-[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
[routes]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>
"#;

/// All that is told on the live socket, with the time at which it was.
type Told = Arc<Mutex<Vec<(Instant, Value)>>>;

fn tone(rate: u32, hz: f64, seconds: u32) -> Wav {
    let sample = |n: u32| (f64::from(n) * hz / f64::from(rate) * std::f64::consts::TAU).sin() * 8_000.0;
    Wav::mono(rate, (0..rate * seconds).map(|n| sample(n) as i16).collect())
}

/// Listens on.
async fn listen(api: &Api, told: Told) {
    let mut live = Live::open(api).await;
    tokio::spawn(async move {
        loop {
            let message = live.next().await;
            live.seen.clear();
            told.lock().expect("no panic").push((Instant::now(), message));
        }
    });
}

/// Takes whatever is offered to this person, as their screen would.
async fn answers_at_the_screen(api: Api, user: &'static str) {
    let mut live = Live::open(&api).await;
    tokio::spawn(async move {
        loop {
            let message = live.next().await;
            if message["kind"] == "queue.offered" && message["data"]["to"]["user"] == user {
                let call = message["call"].as_str().expect("a call");
                // The caller may be gone by now.
                api.ask(Method::POST, &format!("/calls/{call}/answer"), None).await;
            }
        }
    });
}

/// Three agents in a queue that makes nobody wait for anything but them.
async fn staff(server: &Server) {
    let admin = server.signed_in("admin").await;
    let queues = admin.get("/queues").await;
    let queue = queues["items"].as_array().expect("queues").iter().find(|q| q["id"] == "queue_support");
    let mut queue = queue.expect("the sandbox has it").clone();
    for (setting, value) in [
        ("greeting", Value::Null),
        ("wrap_up_s", json!(1)),
        ("offer_timeout_s", json!(10)),
        ("auto_pause", json!(false)),
    ] {
        queue["settings"][setting] = value;
    }
    let third = queue["members"][0].to_string().replace("user_agent", "user_supervisor");
    let members = queue["members"].as_array_mut().expect("members");
    members.push(serde_json::from_str(&third).expect("JSON"));
    members.iter_mut().for_each(|member| member["rank"] = json!(1));
    let write = json!({ "name": queue["name"], "settings": queue["settings"], "members": queue["members"] });
    let put = admin.ask(Method::PUT, "/queues/queue_support", Some(write)).await;
    assert_eq!(put.status, 200, "{}", put.body);
}

async fn is_ready(server: &Server, who: &str) -> Api {
    let api = server.signed_in(who).await;
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let answer = api.ask(Method::PUT, "/me/presence", Some(json!({ "presence": "ready" }))).await;
        if answer.status == 200 {
            return api;
        }
        assert!(Instant::now() < deadline, "{who}: {}", answer.body);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn desk_phone(server: &Server, who: &str, hz: f64) -> Baresip {
    let phone = &server.ready["sandbox"]["users"][who]["phone"];
    let text = |field: &str| phone[field].as_str().expect("text");
    let account = format!(
        "<sip:{user}@{at};transport=udp>;auth_user={user};auth_pass={password};regint=60;answermode=auto",
        user = text("user"),
        password = text("password"),
        at = server.sip(),
    );
    Baresip::saying(&tone(8_000, hz, 60), baresip::free_port(), &account, &[], None)
}

async fn browser(server: &Server, folder: &std::path::Path, hz: f64) -> Window {
    let microphone = folder.join("microphone.wav");
    tone(48_000, hz, 2).write_mono(&microphone);
    let window = Window::chromium(&folder.join("profile"), server.http(), &microphone).await;
    let user = &server.ready["sandbox"]["users"]["supervisor"];
    let text = |field: &str| user[field].as_str().expect("text");
    supervisor::sign_in(&window, text("email"), text("password")).await;
    peers::leave_the_sound_as_it_is(&window).await;
    for label in ["Phone off|SIP phone ready", "Connect the phone"] {
        let press = format!(
            "new Promise((done) => {{ const look = () => {{ const found = [...document.querySelectorAll('button')]\
             .find((one) => /^({label})$/.test(one.textContent)); \
             if (found) {{ found.click(); done(true); }} else setTimeout(look, 100); }}; look(); }})"
        );
        window.run(&press).await;
    }
    let ready = "document.body.textContent.includes('Phone ready')";
    window.until("the phone", ready, |found| *found == true).await;
    window
}

/// What became of one caller.
#[derive(Debug, Default)]
struct Caller {
    answered: Vec<(Instant, String)>,
    left: usize,
    ended: Option<Instant>,
}

fn callers(told: &Told) -> BTreeMap<String, Caller> {
    let mut all: BTreeMap<String, Caller> = BTreeMap::new();
    for (at, message) in told.lock().expect("no panic").iter() {
        let Some(call) = message["call"].as_str() else { continue };
        let caller = all.entry(call.to_owned()).or_default();
        match message["kind"].as_str() {
            Some("queue.answered") => {
                let by = message["data"]["by"]["user"].as_str().expect("a person").to_owned();
                caller.answered.push((*at, by));
            }
            Some("queue.left") => caller.left += 1,
            Some("call.ended") => caller.ended = Some(*at),
            _ => {}
        }
    }
    all
}

/// The loudest a tone is in any second of a channel, of all that is there.
fn strongest(recording: &Wav, channel: usize, hz: f64) -> f64 {
    let seconds = recording.seconds();
    let places = (0..).map(|n| f64::from(n) / 4.0).take_while(|from| from + 0.5 <= seconds);
    let strength =
        |from: f64| tone_strength(recording.stretch(channel, from, from + 0.5), recording.rate, hz);
    places.map(strength).fold(0.0, f64::max)
}

async fn works(seconds: usize) {
    let server = Server::sandbox();
    let folder = tempfile::tempdir().expect("a folder");
    staff(&server).await;
    let watching = server.signed_in("admin").await;
    let told = Told::default();
    listen(&watching, told.clone()).await;
    let desks: Vec<_> = AGENTS[..2].iter().map(|(who, _, hz)| desk_phone(&server, who, *hz)).collect();
    let window = browser(&server, folder.path(), AGENTS[2].2).await;
    for (who, _, _) in AGENTS {
        let api = is_ready(&server, who).await;
        if who == "supervisor" {
            answers_at_the_screen(api, "user_supervisor").await;
        }
    }

    let scenario = folder.path().join("caller.xml");
    std::fs::write(&scenario, CALLER).expect("written");
    let (calls, rate) = (CALLS_A_SECOND * seconds, CALLS_A_SECOND.to_string());
    let limit = (seconds + 60).to_string();
    let more = ["-s", SUPPORT, "-r", &rate, "-rtp_echo", "-timeout", &limit, server.sip()];
    let began = Instant::now();
    let peer =
        sipp::start(["-sf", scenario.to_str().expect("a path")], sipp::free_port(), "u1", calls, &more);
    tokio::time::sleep(Duration::from_secs(seconds as u64)).await;
    sipp::finished(peer, "callers").await;
    let took = began.elapsed();

    // Nothing is left.
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let (live, floor) = (watching.get("/live/calls").await, watching.get("/floor").await);
        let over = callers(&told).values().filter(|caller| caller.ended.is_some()).count();
        let mut states = BTreeMap::new();
        for (_, message) in told.lock().expect("no panic").iter().filter(|(_, m)| m["kind"] == "agent.state")
        {
            states.insert(message["data"]["user"].to_string(), message["data"]["state"].clone());
        }
        let free = states.len() == AGENTS.len() && states.values().all(|state| *state == "ready");
        let waiting = floor["queues"].as_array().expect("queues").iter();
        let nobody_waits = waiting.clone().all(|queue| queue["waiting"] == json!([]));
        if live["items"] == json!([]) && nobody_waits && free && over >= calls {
            break;
        }
        assert!(Instant::now() < deadline, "{over} of {calls} over; {states:?}; {live}; {floor}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }

    let all = callers(&told);
    let twice: Vec<_> = all.iter().filter(|(_, caller)| caller.answered.len() > 1).collect();
    assert!(twice.is_empty(), "answered twice: {twice:?}");
    let neither = all.values().filter(|c| c.answered.is_empty() && c.left == 0 && c.ended.is_some()).count();
    let (mut heard, mut answered, mut by) = (0, 0, BTreeMap::<&str, usize>::new());
    for (call, caller) in &all {
        let [(at, user)] = &caller.answered[..] else { continue };
        answered += 1;
        let (_, id, hz) = AGENTS.iter().find(|(_, id, _)| id == user).expect("one of the three");
        *by.entry(id).or_default() += 1;
        if caller.ended.expect("over") - *at < TO_BE_HEARD {
            continue;
        }
        let recording = Wav::parse(&watching.bytes(&format!("/calls/{call}/recording")).await);
        let (said, came_back) = (strongest(&recording, 1, *hz), strongest(&recording, 0, *hz));
        assert!(said > 0.5 && came_back > 0.5, "{call} by {id}: {said:.2} said, {came_back:.2} came back");
        heard += 1;
    }
    let abandoned = all.values().filter(|caller| caller.answered.is_empty() && caller.left > 0).count();
    println!(
        "{calls} callers in {:.0} s: {answered} answered {by:?}, {abandoned} gave up in the queue, {neither} before it; \
         {heard} conversations of {:.1} s and more heard both ways; 0 answered twice, 0 left behind",
        took.as_secs_f64(),
        TO_BE_HEARD.as_secs_f64()
    );
    assert_eq!(all.values().filter(|caller| caller.ended.is_some()).count(), calls);
    assert!(by.len() == AGENTS.len() && heard > seconds / 10, "too little to tell: {by:?}, {heard}");
    drop(desks);
    window.close().await;
}

#[tokio::test]
async fn half_a_minute_of_callers_leaves_nobody_with_two_agents_nor_anything_behind() {
    works(30).await;
}

/// `make load`.
#[tokio::test]
#[ignore = "five minutes"]
async fn minutes_of_callers_leave_nobody_with_two_agents_nor_anything_behind() {
    let given = std::env::var("TANDEM_FLOOR_SECONDS").ok().and_then(|text| text.parse().ok());
    works(given.unwrap_or(300)).await;
}
