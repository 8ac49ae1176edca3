//! sipp 3.6: it goes through a scenario, and sends every RTP packet back, so that what it heard is in our recording.

use std::fmt::Write;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::cell::{Codec, Direction, Ender, OURS, Run, THEIRS, Transport, free_port};
use super::program::Program;
use super::{sound, trace};

/// One call with sipp.
pub async fn run(run: &mut Run) {
    let cell = run.cell;
    let folder = TempDir::new().expect("a folder");
    let scenario = folder.path().join("scenario.xml");
    let messages = folder.path().join("messages");
    let text = match cell.direction {
        Direction::In => calling(cell.codec, cell.ender),
        _ => called(cell.codec),
    };
    std::fs::write(&scenario, text).expect("written");
    let (port, media) = (free_port(), free_port());
    let mut command = Command::new("sipp");
    command
        .arg("-sf")
        .arg(&scenario)
        .args(["-m", "1", "-nostdin", "-rtp_echo", "-i", "127.0.0.1", "-p", &port.to_string()])
        .args(["-mi", "127.0.0.1", "-mp", &media.to_string(), "-trace_msg", "-message_file"])
        .arg(&messages)
        .args(["-t", if cell.transport == Transport::Udp { "u1" } else { "t1" }])
        .current_dir(folder.path());
    if cell.direction == Direction::In {
        command.arg(&run.entrance);
    }
    let mut program = Program::start("sipp", "sip-tester", &mut command);
    let call = match cell.direction {
        Direction::In => run.announced().await,
        _ => {
            listening(port, cell.transport).await;
            run.call_out(&format!("127.0.0.1:{port}"), None).await
        }
    };
    run.live.said(&call, "assistant", "welcome", 20).await;
    // What came back is a customer's speech like any other.
    run.live.said(&call, "customer", "", 30).await;
    if cell.ender == Ender::Exchange {
        run.api.post(&format!("/calls/{call}/end"), Value::Null).await;
    }
    run.over(&call).await;
    assert_eq!(program.exit_code(20).await, Some(0), "sipp:\n{}", program.text());
    let log = std::fs::read_to_string(&messages).expect("sipp's messages");
    trace::check_answer(&log, cell.codec, false);
    trace::check_transport(&log, cell.transport);
    let recording = run.recording(&call).await;
    let begin = sound::first_sound(&recording, 1).expect("the assistant spoke");
    let echo = tandem_scenarios::Wav::mono(recording.rate, recording.channels[0].clone());
    let likeness = sound::likeness(&recording, 1, (begin + 0.5, begin + 2.5), &echo);
    assert!(likeness.is_good(cell), "of the greeting came back: {likeness:?}");
}

/// Waits until somebody has this port.
async fn listening(port: u16, transport: Transport) {
    for _ in 0..200 {
        let taken = match transport {
            Transport::Udp => std::net::UdpSocket::bind(("127.0.0.1", port)).is_err(),
            Transport::Tcp | Transport::Tls => std::net::TcpListener::bind(("127.0.0.1", port)).is_err(),
        };
        if taken {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("sipp does not listen");
}

fn description(codec: Codec) -> String {
    let number = codec.payload_type().unwrap_or(96);
    format!(
        "v=0\no=sipp 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n\
         m=audio [media_port] RTP/AVP {number}\na=rtpmap:{number} {}\na=ptime:20\n",
        codec.rtpmap()
    )
}

const CONTACT: &str = "Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>\n";

fn scenario(steps: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scenario name=\"interop\">\n{steps}</scenario>\n")
}

fn send(message: &str, attributes: &str) -> String {
    format!("<send{attributes}><![CDATA[\n\n{message}\n]]></send>\n")
}

/// What sipp does as the one who calls.
fn calling(codec: Codec, ender: Ender) -> String {
    let via = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n";
    let from = format!("From: <sip:{THEIRS}@[local_ip]:[local_port]>;tag=[pid]-[call_number]\n");
    let whom = format!("sip:{OURS}@[remote_ip]:[remote_port]");
    let common =
        |sequence: &str| format!("Call-ID: [call_id]\nCSeq: {sequence}\nMax-Forwards: 70\n{CONTACT}");
    let inside = |method: &str, sequence: &str| {
        let head =
            format!("{method} [next_url] SIP/2.0\n{via}{from}To: <{whom}>[peer_tag_param]\n[routes]\n");
        send(&format!("{head}{}Content-Length: 0\n", common(sequence)), "")
    };
    let mut steps = send(
        &format!(
            "INVITE {whom} SIP/2.0\n{via}{from}To: <{whom}>\n{}Content-Type: application/sdp\n\
             Content-Length: [len]\n\n{}",
            common("1 INVITE"),
            description(codec)
        ),
        " retrans=\"500\"",
    );
    for code in [100, 180, 183] {
        writeln!(steps, "<recv response=\"{code}\" optional=\"true\"/>").expect("a string takes all");
    }
    steps += "<recv response=\"200\" rrs=\"true\"/>\n";
    steps += &inside("ACK", "1 ACK");
    steps += &match ender {
        Ender::Exchange => ended_by_the_exchange(),
        Ender::Peer => {
            format!("{PATIENCE}{}<recv response=\"200\"/>\n", inside("BYE", "2 BYE"))
        }
    };
    scenario(&steps)
}

/// What sipp does as the one who is called; it does not hang up.
fn called(codec: Codec) -> String {
    let echoed =
        "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]-[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n";
    let mut steps = "<recv request=\"INVITE\" rrs=\"true\"/>\n".to_owned();
    steps += &send(
        &format!("SIP/2.0 180 Ringing\n{echoed}[last_Record-Route:]\n{CONTACT}Content-Length: 0\n"),
        "",
    );
    steps += &send(
        &format!(
            "SIP/2.0 200 OK\n{echoed}[last_Record-Route:]\n{CONTACT}Content-Type: application/sdp\n\
             Content-Length: [len]\n\n{}",
            description(codec)
        ),
        " retrans=\"500\"",
    );
    steps += "<recv request=\"ACK\" crlf=\"true\"/>\n";
    steps += &ended_by_the_exchange();
    scenario(&steps)
}

/// sipp takes no commands: it hangs up when the greeting has been heard and recognised, before the two sides, which
/// say the same, part with each other.
const PATIENCE: &str = "<pause milliseconds=\"6500\"/>\n";

fn ended_by_the_exchange() -> String {
    let ok = "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n";
    format!("<recv request=\"BYE\"/>\n{}", send(ok, ""))
}
