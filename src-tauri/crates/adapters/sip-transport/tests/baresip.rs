//! A baresip phone (Debian package baresip-core): it registers, is called, and calls.

mod stack;

use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::Stdio;

use bytes::Bytes;
use stack::{Stack, offer_on};
use tandem_foundation::UserId;
use tandem_switchboard::ports::signalling::{
    Caller, Destination, PhoneAccount, SignallingCommand as Command, SignallingEvent as Event,
};
use tokio::process::{Child, Command as Process};

#[tokio::test]
async fn a_baresip_phone_registers_is_called_and_calls() {
    for transport in ["udp", "tcp"] {
        let mut exchange = Stack::start().await;
        exchange.send(Command::SetPhones(vec![PhoneAccount {
            user: UserId::new("user_bo"),
            name: "bo".into(),
            password: "s3cret".into(),
        }]));
        let home = tempfile::tempdir().expect("a directory");
        let target = exchange.address();
        configure(
            home.path(),
            &format!(
                "<sip:bo@{target};transport={transport}>;auth_user=bo;auth_pass=s3cret;answermode=auto;regint=120;audio_codecs=PCMU\n"
            ),
        );
        let mut phone = baresip(home.path(), &[]);
        exchange.until(|event| matches!(event, Event::Phone { contacts: 1, .. })).await;

        let media = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let leg = exchange.call_with(
            Destination::User(UserId::new("user_bo")),
            offer_on(media.local_addr().expect("bound").port()),
        );
        exchange.until(|event| matches!(event, Event::Answered { answer, .. } if !answer.is_empty())).await;
        exchange.send(Command::Hangup { leg, cause: Some(16) });
        exchange.until(|event| matches!(event, Event::Ended { by_peer: false, .. })).await;
        // Its ports must be free again before the next one starts.
        phone.kill().await.expect("it ends");

        let number = format!("/dial sip:15550100@{target};transport={transport}");
        let _phone = baresip(home.path(), &["-e", &number]);
        let (leg, caller, to) = exchange.incoming().await;
        assert_eq!((caller, to.as_str()), (Caller::Phone(UserId::new("user_bo")), "15550100"));
        let answer = offer_on(media.local_addr().expect("bound").port());
        exchange.send(Command::Answer { leg, answer: Bytes::from(answer) });
        exchange.until(|event| matches!(event, Event::Confirmed { .. })).await;
        exchange.send(Command::Hangup { leg, cause: None });
        exchange.until(|event| matches!(event, Event::Ended { by_peer: false, .. })).await;
    }
}

fn configure(home: &Path, account: &str) {
    // An even port, with the next one free as well: baresip takes it for TLS.
    let port = (20_000..30_000).step_by(2).map(|p| p + (std::process::id() % 500) as u16 * 2).find(|p| {
        [*p, *p + 1].iter().all(|p| {
            UdpSocket::bind(("127.0.0.1", *p)).is_ok() && TcpListener::bind(("127.0.0.1", *p)).is_ok()
        })
    });
    let port = port.expect("two free ports");
    let config = format!(
        "sip_listen 127.0.0.1:{port}\nnet_interface 127.0.0.1\nmodule_path /usr/lib/baresip/modules\n\
         module g711.so\nmodule aufile.so\nmodule_app account.so\nmodule_app menu.so\n\
         audio_source aufile,{}\naudio_alert none\nrtp_timeout 0\n",
        home.join("voice.wav").display()
    );
    std::fs::write(home.join("voice.wav"), silence()).expect("written");
    std::fs::write(home.join("config"), config).expect("written");
    std::fs::write(home.join("accounts"), account).expect("written");
    std::fs::write(home.join("contacts"), "").expect("written");
}

/// Sixty seconds of silence: 8 kHz, 16 bits, one channel, which is what PCMU needs. At its end the phone would hang up.
fn silence() -> Vec<u8> {
    let samples = 8000 * 60 * 2_u32;
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + samples).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data");
    wav.extend(samples.to_le_bytes());
    wav.resize(wav.len() + samples as usize, 0);
    wav
}

fn baresip(home: &Path, more: &[&str]) -> Child {
    Process::new("baresip")
        .arg("-f")
        .arg(home)
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("baresip is installed (Debian package baresip-core)")
}
