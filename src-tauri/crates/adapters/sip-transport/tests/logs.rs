//! At the most talkative level, no number, name, secret or body reaches the log.

mod stack;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use stack::{Stack, trunk};
use tandem_switchboard::ports::signalling::{
    Destination, PhoneAccount, SignallingCommand as Command, SignallingEvent as Event, Transport,
};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics while writing").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

#[tokio::test]
async fn a_call_a_failure_and_a_refused_registration_leave_nothing_private_in_the_log() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).expect("the only subscriber");
    let (mut exchange, mut carrier) = (Stack::start().await, Stack::start().await);
    exchange.send(Command::SetPhones(vec![PhoneAccount {
        user: "user_ann".into(),
        name: "annabel".into(),
        password: "s3cret".into(),
    }]));
    let mut line = trunk("line", exchange.address(), Transport::Tcp);
    line.credentials = Some(("annabel".into(), "wr0ng".into()));
    line.register = Some(120);
    carrier.send(Command::SetTrunks(vec![line, trunk("exchange", exchange.address(), Transport::Udp)]));
    carrier.until(|event| matches!(event, Event::Trunk { .. })).await;
    exchange.send(Command::SetTrunks(vec![trunk("carrier", carrier.address(), Transport::Udp)]));
    exchange.call(Destination::Trunk { trunk: "carrier".into(), number: "+62812345678".into() });
    let (leg, ..) = carrier.incoming().await;
    carrier.send(Command::Reject { leg, code: 486, retry_after: None });
    exchange.until(|event| matches!(event, Event::Failed { code: 486, .. })).await;
    exchange.call(Destination::Uri("sip:62812345678@127.0.0.1:9;transport=tcp".into()));
    exchange.until(|event| matches!(event, Event::Failed { code: 503, .. })).await;
    let text = String::from_utf8_lossy(&log.0.lock().expect("readable")).into_owned();
    assert!(text.contains("SIP is served") && text.contains("connecting failed"), "the log works: {text}");
    for private in ["62812345678", "62215551234", "annabel", "s3cret", "wr0ng", "v=0", "branch="] {
        assert!(!text.contains(private), "{private} in the log: {text}");
    }
}
