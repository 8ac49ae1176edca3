//! Foreign telephones and proxies from Debian against the exchange: real calls with real sound, both ways.
//!
//! The core runs with all tests; `make interop` runs the whole matrix and writes `target/interop.md`.

#[path = "interop/mod.rs"]
mod interop;

use std::path::Path;

use interop::{Cell, Codec, Direction, Ender, Peer, Transport, Verdict, Way, run_all, write_table};

const BAREPHONE: Cell = Cell {
    peer: Peer::Baresip,
    codec: Codec::Pcmu,
    srtp: false,
    transport: Transport::Udp,
    direction: Direction::In,
    way: Way::Direct,
    ender: Ender::Exchange,
};

/// What must hold with every change.
fn core() -> Vec<Cell> {
    let called = Cell { direction: Direction::Out, ender: Ender::Peer, ..BAREPHONE };
    let proxied = Cell { way: Way::Kamailio, ..BAREPHONE };
    vec![
        BAREPHONE,
        Cell { codec: Codec::Pcma, ..called },
        Cell { codec: Codec::G722, ender: Ender::Peer, ..BAREPHONE },
        Cell { codec: Codec::Opus, ender: Ender::Exchange, ..called },
        Cell { srtp: true, codec: Codec::Pcma, ..BAREPHONE },
        Cell { transport: Transport::Tls, srtp: true, ..called },
        Cell { peer: Peer::Sipp, transport: Transport::Tcp, ..BAREPHONE },
        Cell { transport: Transport::Tcp, direction: Direction::Out, ender: Ender::Peer, ..proxied },
        proxied,
        Cell { peer: Peer::Linphone, codec: Codec::Opus, ender: Ender::Peer, ..BAREPHONE },
    ]
}

/// Every cell; who hangs up changes from one to the next, so that both do in each row of codecs.
fn matrix() -> Vec<Cell> {
    let mut cells = Vec::new();
    for peer in [Peer::Baresip, Peer::Linphone, Peer::Sipp] {
        for srtp in [false, true] {
            for transport in Transport::ALL {
                for direction in [Direction::In, Direction::Out] {
                    for codec in Codec::ALL {
                        cells.push(Cell { peer, codec, srtp, transport, direction, ..BAREPHONE });
                    }
                }
            }
        }
    }
    for way in [Way::Direct, Way::Kamailio] {
        for peer in [Peer::Baresip, Peer::Linphone] {
            let proxied = way == Way::Kamailio;
            for transport in Transport::ALL.into_iter().filter(|t| !proxied || *t != Transport::Tls) {
                cells.push(Cell { peer, transport, way, direction: Direction::Phone, ..BAREPHONE });
                if proxied {
                    for direction in [Direction::In, Direction::Out] {
                        cells.push(Cell { peer, transport, way, direction, ..BAREPHONE });
                    }
                }
            }
        }
    }
    for (number, cell) in cells.iter_mut().enumerate() {
        let never = match cell.direction {
            Direction::Phone => true,
            Direction::Out => cell.peer == Peer::Sipp,
            Direction::In => false,
        };
        let ours = number % 2 == 0 || never;
        cell.ender = if ours { Ender::Exchange } else { Ender::Peer };
    }
    cells
}

fn failures(verdicts: &[(Cell, Verdict)]) -> String {
    let failed = verdicts.iter().filter_map(|(cell, verdict)| match verdict {
        Verdict::Failed(why) => Some(format!("{cell:?}:\n{why}\n")),
        _ => None,
    });
    failed.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_core_of_the_matrix_holds() {
    let verdicts = run_all(core(), 2, |_| {}).await;
    let failed = failures(&verdicts);
    assert!(failed.is_empty(), "{failed}");
}

/// `INTEROP_ONLY=baresip,Opus` keeps the rows that hold all of these words; `INTEROP_AT_ONCE` calls run side by side.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "half an hour of calls: make interop"]
async fn the_whole_matrix_is_called_and_written_down() {
    let at_once = std::env::var("INTEROP_AT_ONCE").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let only = std::env::var("INTEROP_ONLY").unwrap_or_default();
    let words: Vec<&str> = only.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    let kept = |cell: &Cell| words.iter().all(|word| cell.words().iter().any(|own| own == word));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    let table = target.join("interop.md");
    let cells = matrix().into_iter().filter(kept).collect();
    let verdicts = run_all(cells, at_once, |so_far| write_table(&table, so_far)).await;
    let failed = failures(&verdicts);
    assert!(failed.is_empty(), "{failed}");
}
