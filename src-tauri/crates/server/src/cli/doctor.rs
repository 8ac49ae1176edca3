//! `tandem doctor`: looks at what a call needs on this machine, and places one to itself.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::{DoctorArguments, Failure, output};
use crate::compose::loop_call;

/// G.711 alone gives some 35 dB; below this a line is worth a look.
const CLEAR_DB: f64 = 12.0;

/// One thing looked at.
struct Finding {
    name: &'static str,
    ok: bool,
    /// What was found, or what to do about it.
    detail: String,
    /// Without it calls still work.
    optional: bool,
}

pub(super) async fn run(arguments: DoctorArguments) -> Result<(), Failure> {
    let mut findings = vec![
        port("http port", arguments.http),
        port("sip port", arguments.sip),
        sound().await,
        speech().await,
    ];
    findings.push(match loop_call::score().await {
        Ok(score) => {
            let ok = score.there_db > CLEAR_DB && score.back_db > CLEAR_DB;
            let detail = format!(
                "set up in {} ms, audio {:.0} dB there and {:.0} dB back above its errors",
                score.setup_ms, score.there_db, score.back_db
            );
            Finding { name: "call to itself", ok, detail, optional: false }
        }
        Err(reason) => Finding { name: "call to itself", ok: false, detail: reason, optional: false },
    });

    let failed = findings.iter().filter(|finding| !finding.ok && !finding.optional).count();
    if arguments.json {
        let list: Vec<Value> = findings
            .iter()
            .map(|f| json!({ "name": f.name, "ok": f.ok, "detail": f.detail, "optional": f.optional }))
            .collect();
        output::document(&json!({ "ok": failed == 0, "findings": list }))?;
    } else {
        for finding in &findings {
            let word = match (finding.ok, finding.optional) {
                (true, _) => "ok",
                (false, true) => "missing",
                (false, false) => "FAILED",
            };
            output::line(&format!("{word:<8} {:<16} {}", finding.name, finding.detail));
        }
    }
    if failed == 0 {
        Ok(())
    } else {
        Err(Failure::failed(format!("{failed} of {} checks failed", findings.len())))
    }
}

fn port(name: &'static str, address: SocketAddr) -> Finding {
    let (ok, detail) = match std::net::TcpListener::bind(address) {
        Ok(_) => (true, format!("{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            (true, format!("{address} is in use (by a running server, if all is well)"))
        }
        Err(error) => (false, format!("{address}: {error}")),
    };
    Finding { name, ok, detail, optional: false }
}

async fn sound() -> Finding {
    let devices = tandem_softphone::Sound::new().devices().await;
    let (inputs, outputs) = (devices.inputs.len(), devices.outputs.len());
    Finding {
        name: "sound devices",
        ok: inputs > 0 && outputs > 0,
        detail: format!(
            "{inputs} microphones, {outputs} loudspeakers (needed by the desktop's softphone only)"
        ),
        optional: true,
    }
}

/// Has the embedded voice say something and the embedded recogniser write it down.
async fn speech() -> Finding {
    let sentence = "yes i can pay on the fifth";
    let (ok, detail) = match crate::compose::speech_check::heard(sentence).await {
        Ok(heard) => (heard.contains("fifth"), format!("said {sentence:?}, heard {heard:?}")),
        Err(reason) => (false, reason),
    };
    Finding { name: "speech", ok, detail, optional: false }
}
