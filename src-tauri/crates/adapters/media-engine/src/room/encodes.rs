//! Giving out the mix, with one encode for all who hear the same of it in the same encoding.
//!
//! Where a payload stands for itself (G.711) that is decided anew each tick. The other encodings code what has changed
//! since the packet before, so there a leg goes over to another's stream only after it has heard the same for a second;
//! it goes back to an encoder of its own, at its beginning, as soon as it hears something else.

use std::collections::HashMap;

use tandem_audio::codec::Encoding;

use super::Room;
use crate::leg::{Kind, Payload};

/// Ticks in which two legs must have heard the same before one takes over the other's stream: 1 s.
const SETTLED: u16 = 50;

/// What is kept between ticks and within one.
#[derive(Debug, Default)]
pub(super) struct Encodes {
    /// Within a tick: who encoded what first, and where its payload lies.
    first: HashMap<(Encoding, u64), First>,
    payloads: Vec<u8>,
    /// By slot: whose stream a leg is given, or may be soon.
    following: Vec<Option<Following>>,
    count: u64,
}

impl Encodes {
    /// Forgets a slot that is given to another leg.
    pub(super) fn forget(&mut self, slot: usize) {
        let of_it = |following: &Following| following.leader == slot;
        for (n, following) in self.following.iter_mut().enumerate() {
            if n == slot || following.as_ref().is_some_and(of_it) {
                *following = None;
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct First {
    slot: usize,
    start: usize,
    end: usize,
}

#[derive(Debug, Clone, Copy)]
struct Following {
    leader: usize,
    /// Ticks for which both have heard the same.
    alike: u16,
}

impl Following {
    fn is_settled(self) -> bool {
        self.alike >= SETTLED
    }
}

impl Room {
    /// Gives every leg that is mixed for its frame.
    pub(super) fn give_out(&mut self) {
        let Self { legs, paths, mixer, heard, encodes, .. } = self;
        encodes.first.clear();
        encodes.payloads.clear();
        encodes.following.resize(legs.len(), None);
        for (slot, (leg, frame)) in legs.iter_mut().zip(heard).enumerate() {
            let Some(leg) = leg.as_mut().filter(|_| paths[slot].is_mixed()) else {
                encodes.following[slot] = None;
                continue;
            };
            let plain = leg.sound.is_idle();
            leg.sound.add_to(frame);
            let rtp = match &mut leg.kind {
                Kind::Rtp(rtp) => rtp,
                Kind::Link(link) => {
                    link.send(frame);
                    continue;
                }
                Kind::Speaker(_) => continue,
            };
            let shared = rtp.shares_encodes().filter(|_| plain);
            let first = shared.and_then(|encoding| {
                let first = *encodes.first.get(&(encoding, mixer.key(slot)))?;
                mixer.hear_alike(first.slot, slot).then_some(first)
            });
            let before = encodes.following[slot];
            encodes.following[slot] = first.map(|first| match before {
                Some(Following { leader, alike }) if leader == first.slot => {
                    Following { leader, alike: alike.saturating_add(1) }
                }
                _ => Following { leader: first.slot, alike: 0 },
            });
            let given = first.filter(|_| {
                let settled = encodes.following[slot].is_some_and(Following::is_settled);
                settled || shared.is_some_and(Encoding::is_stateless)
            });
            if let Some(First { start, end, .. }) = given {
                rtp.send(frame, Payload::Given(&encodes.payloads[start..end]));
                continue;
            }
            if before.is_some_and(Following::is_settled) {
                rtp.begin_encoding();
            }
            let start = encodes.payloads.len();
            let keep = shared.filter(|_| first.is_none());
            let payload = if keep.is_some() { Payload::Kept(&mut encodes.payloads) } else { Payload::Own };
            encodes.count += u64::from(rtp.send(frame, payload));
            if let Some(encoding) = keep {
                let first = First { slot, start, end: encodes.payloads.len() };
                encodes.first.insert((encoding, mixer.key(slot)), first);
            }
        }
    }

    /// Frames encoded since the room was opened.
    pub fn encodes(&self) -> u64 {
        self.encodes.count
    }
}
