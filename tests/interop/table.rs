//! Runs cells side by side and writes what came of them.

use std::fmt::Write;
use std::path::Path;

use futures_util::StreamExt;

use super::cell::{Cell, Direction, Ender, Peer, Transport, Way};

/// What came of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    /// Not tried, and why not.
    Unsupported(&'static str),
    Failed(String),
}

impl Cell {
    /// The peer and what lies between.
    fn line(&self) -> String {
        let peer = match self.peer {
            Peer::Baresip => "baresip",
            Peer::Linphone => "linphone",
            Peer::Sipp => "sipp",
        };
        match self.way {
            Way::Direct => peer.to_owned(),
            Way::Kamailio => format!("Kamailio, {peer}"),
        }
    }

    pub fn words(&self) -> [String; 6] {
        let direction = match self.direction {
            Direction::In => "calls us",
            Direction::Out => "is called",
            Direction::Phone => "is put through to",
        };
        let ender = match self.ender {
            Ender::Exchange => "us",
            Ender::Peer => "peer",
        };
        [
            self.line(),
            self.codec.name().to_owned(),
            if self.srtp { "SDES" } else { "none" }.to_owned(),
            self.transport.name().to_owned(),
            direction.to_owned(),
            ender.to_owned(),
        ]
    }

    /// Why this cannot be tried.
    fn unsupported(&self) -> Option<&'static str> {
        match self {
            Self { peer: Peer::Sipp, srtp: true, .. } => Some("not supported by the peer (sipp 3.6.1)"),
            Self { peer: Peer::Sipp, transport: Transport::Tls, .. } => {
                Some("not supported by the peer (sipp of Debian)")
            }
            Self { peer: Peer::Linphone, transport: Transport::Tls, direction: Direction::Out, .. } => {
                Some("not supported by the peer (a client only over TLS)")
            }
            _ => None,
        }
    }
}

/// Runs the cells, `at_once` side by side, and answers what came of each, in their order; `so_far` is shown all there
/// is whenever there is more.
pub async fn run_all(
    cells: Vec<Cell>,
    at_once: usize,
    so_far: impl Fn(&[(Cell, Verdict)]),
) -> Vec<(Cell, Verdict)> {
    let run = |cell: Cell| async move {
        if let Some(why) = cell.unsupported() {
            return (cell, Verdict::Unsupported(why));
        }
        let verdict = match tokio::spawn(cell.run()).await {
            Ok(()) => Verdict::Ok,
            Err(error) => Verdict::Failed(reason(error)),
        };
        (cell, verdict)
    };
    let mut runs = futures_util::stream::iter(cells.into_iter().map(run)).buffered(at_once);
    let mut verdicts = Vec::new();
    while let Some(verdict) = runs.next().await {
        verdicts.push(verdict);
        so_far(&verdicts);
    }
    verdicts
}

fn reason(error: tokio::task::JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "cancelled".to_owned() };
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
}

/// Writes the table as Markdown.
pub fn write_table(path: &Path, verdicts: &[(Cell, Verdict)]) {
    let mut text = String::from("| peer | codec | SRTP | transport | direction | hung up by | result |\n");
    text += "| --- | --- | --- | --- | --- | --- | --- |\n";
    for (cell, verdict) in verdicts {
        let result = match verdict {
            Verdict::Ok => "ok".to_owned(),
            Verdict::Unsupported(why) => (*why).to_owned(),
            Verdict::Failed(why) => {
                let first: String = why.lines().next().unwrap_or_default().chars().take(160).collect();
                format!("**failed**: {}", first.replace('|', "/"))
            }
        };
        writeln!(text, "| {} | {result} |", cell.words().join(" | ")).expect("a string takes all");
    }
    std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
