//! Random orders of commands over a bad network, and random damage to messages: nothing may be left behind.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;

use super::network::{ANSWER, OFFER, Weather, World, call, pair, pair_with, to_trunk};
use crate::dialog::Refresher;
use crate::endpoint::{Command, Event, Flow, Input, SessionTimers, Transport};

/// A random command for a leg, fitting its state or not.
fn disturb(world: &mut World, leg: u64) -> Command {
    let offer = Bytes::from_static(OFFER);
    let answer = Bytes::from_static(ANSWER);
    match world.draw(10) {
        0 => Command::Progress { leg, code: 180, answer: None },
        1 => Command::Progress { leg, code: 183, answer: Some(answer) },
        2 | 3 => Command::Answer { leg, answer },
        4 => Command::Reject { leg, code: 603, retry_after: None },
        5 => Command::Reoffer { leg, offer },
        6 => Command::AcceptReoffer { leg, answer },
        7 => Command::RefuseReoffer { leg, code: 488 },
        8 => Command::Info { leg, content_type: "application/dtmf".to_owned(), body: answer },
        _ => Command::Hangup { leg, cause: None },
    }
}

#[test]
fn whatever_is_done_in_whatever_order_each_leg_ends_exactly_once_and_nothing_is_left() {
    for seed in 1..80 {
        let transport = if seed % 4 == 0 { Transport::Tcp } else { Transport::Udp };
        let mut world = pair_with(seed, transport, |config| {
            config.reoffer_by_update = seed % 2 == 0;
            config.session_timers = Some(SessionTimers { expires: 20, min: 10, preferred: Refresher::Uac });
        });
        world.weather = Weather { loss: 10 * (seed % 4), twice: 15, jitter: 400 };
        let mut legs: [Vec<u64>; 2] = [Vec::new(), Vec::new()];
        for step in 0..60 {
            let node = world.draw(2) as usize;
            let coming = world.nodes[node].events.iter().filter_map(|event| match event {
                Event::Incoming(incoming) => Some(incoming.leg),
                _ => None,
            });
            let coming: Vec<u64> = coming.filter(|leg| !legs[node].contains(leg)).collect();
            legs[node].extend(coming);
            if world.draw(5) == 0 {
                let to = if node == 0 { "b" } else { "a" };
                legs[node].push(step + 1);
                world.command(node, call(step + 1, to_trunk(to, "+15550002")));
            } else if !legs[node].is_empty() {
                let at = world.draw(legs[node].len() as u64) as usize;
                let command = disturb(&mut world, legs[node][at]);
                world.command(node, command);
            }
            let wait = world.draw(900);
            world.run(Duration::from_millis(wait));
        }
        for (node, mine) in legs.iter().enumerate() {
            for leg in mine {
                world.command(node, Command::Hangup { leg: *leg, cause: None });
            }
        }
        world.run(Duration::from_secs(400));
        for (at, node) in world.nodes.iter().enumerate() {
            let mut ends: HashMap<u64, usize> = HashMap::new();
            for event in &node.events {
                match event {
                    Event::Incoming(incoming) => *ends.entry(incoming.leg).or_default() += 0,
                    Event::Failed { leg, .. } | Event::Ended { leg, .. } => {
                        *ends.entry(*leg).or_default() += 1
                    }
                    _ => {}
                }
            }
            for leg in &legs[at] {
                ends.entry(*leg).or_default();
            }
            let wrong: Vec<_> = ends.iter().filter(|(_, ends)| **ends != 1).collect();
            assert!(wrong.is_empty(), "seed {seed}, node {at}: {wrong:?} in {:?}", node.events);
        }
        world.assert_clean(&format!("seed {seed}"));
    }
}

#[test]
fn damaged_messages_neither_panic_nor_leave_anything_behind() {
    let mut world = pair(80, Transport::Udp);
    // Node 1 is deaf, so that node 0's own messages can be damaged and given to it.
    world.command(0, call(1, to_trunk("b", "+15550002")));
    let seeds = [
        "INVITE sip:b@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;rport\r\nMax-Forwards: 70\r\n\
         From: \"A\" <sip:a@10.0.0.1>;tag=1\r\nTo: <sip:b@10.0.0.2>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:a@10.0.0.1>\r\nRecord-Route: <sip:10.0.0.7;lr>\r\nContent-Type: application/sdp\r\n\r\nv=0",
        "REGISTER sip:h SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3;branch=z9hG4bK2\r\nFrom: <sip:a@h>;tag=1\r\n\
         To: <sip:a@h>\r\nCall-ID: c2\r\nCSeq: 1 REGISTER\r\nContact: *\r\nExpires: 0\r\n\
         Authorization: Digest username=\"a\", realm=\"tandem\", nonce=\"00\", uri=\"sip:h\", response=\"0\"\r\n\r\n",
        "CANCEL sip:b@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;rport\r\nFrom: <sip:a@h>;tag=1\r\n\
         To: <sip:b@10.0.0.2>\r\nCall-ID: c1\r\nCSeq: 1 CANCEL\r\n\r\n",
        "BYE sip:b@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK9\r\nFrom: <sip:a@h>;tag=1\r\n\
         To: <sip:b@h>;tag=2\r\nCall-ID: c1\r\nCSeq: 2 BYE\r\n\r\n",
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\n\
         Call-ID: c1\r\nCSeq: 1 INVITE\r\nContact: <sip:b@[::1]>\r\n\r\n",
    ];
    for _ in 0..5000 {
        let mut bytes = seeds[world.draw(seeds.len() as u64) as usize].as_bytes().to_vec();
        for _ in 0..world.draw(4) {
            let at = world.draw(bytes.len() as u64) as usize;
            match world.draw(4) {
                0 => bytes[at] = world.draw(256) as u8,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"\r\n;,<>\"@: 0"[world.draw(11) as usize]),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let flow = Flow::udp("10.0.0.1:5060".parse().expect("an address"));
        world.input(1, Input::Datagram { flow, bytes: Bytes::from(bytes) });
        if world.draw(50) == 0 {
            world.run(Duration::from_secs(5));
        }
    }
    world.run(Duration::from_secs(600));
    assert_eq!(world.nodes[1].endpoint.legs(), 0);
    assert_eq!(world.nodes[1].endpoint.transactions(), 0);
}
