//! A leg: a source of frames, a sink of frames, or both; and what is attached to it.

mod arrivals;
mod handshake;
mod ice;
mod link;
mod relay;
mod rtp;
mod rtp_send;
mod secure;
mod session;
mod sound;
mod source;
#[cfg(test)]
mod tests;
mod watch;

use std::time::Instant;

use tandem_audio::mixer::Members;
use tandem_foundation::LegId;

pub(crate) use arrivals::Arrivals;
pub(crate) use link::LinkLeg;
pub(crate) use rtp::RtpLeg;
pub use rtp::RtpSeed;
pub(crate) use rtp_send::Payload;
pub(crate) use sound::SoundPlayer;
pub(crate) use watch::{VoiceMoment, Watch};

use crate::speech::SpeechQueue;

/// Where a leg's audio comes from and goes to.
#[derive(Debug)]
pub(crate) enum Kind {
    Rtp(Box<RtpLeg>),
    Link(LinkLeg),
    Speaker(SpeechQueue),
}

/// One leg of a room.
#[derive(Debug)]
pub(crate) struct Leg {
    pub id: LegId,
    pub kind: Kind,
    pub watch: Watch,
    pub sound: SoundPlayer,
    /// Listeners that were given this leg and have not yet heard a sound of it.
    pub unheard_by: Members,
    pub awaits_hearing: bool,
}

impl Leg {
    pub(crate) fn new(id: LegId, kind: Kind) -> Self {
        Self {
            id,
            kind,
            watch: Watch::default(),
            sound: SoundPlayer::default(),
            unheard_by: Members::default(),
            awaits_hearing: false,
        }
    }

    /// Whether what is mixed for this leg reaches anybody now.
    pub(crate) fn is_reached(&self) -> bool {
        match &self.kind {
            Kind::Rtp(rtp) => rtp.sends(),
            Kind::Link(_) => true,
            Kind::Speaker(_) => false,
        }
    }

    /// The RTP of this leg, if that is its kind.
    pub(crate) fn rtp(&self) -> Option<&RtpLeg> {
        if let Kind::Rtp(rtp) = &self.kind { Some(rtp) } else { None }
    }

    pub(crate) fn rtp_mut(&mut self) -> Option<&mut RtpLeg> {
        if let Kind::Rtp(rtp) = &mut self.kind { Some(rtp) } else { None }
    }

    /// Lets time pass that is not made up for.
    pub(crate) fn skip(&mut self, ticks: u64, now: Instant) {
        self.watch.skip(ticks);
        if let Kind::Rtp(rtp) = &mut self.kind {
            rtp.skip(ticks, now);
        }
    }
}
