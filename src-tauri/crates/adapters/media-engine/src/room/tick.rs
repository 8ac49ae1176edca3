//! The 20 ms of a room: take in, show to taps, mix, give out, record, report.

use std::time::Instant;

use tandem_audio::{FRAME, peak};
use tandem_switchboard::ports::media::MediaEvent;

use super::Room;
use crate::leg::{Kind, Leg, VoiceMoment};
use crate::speech::SpeechReport;

/// Quieter than this (about −54 dBFS) is a line's idle noise and no audible sound.
const AUDIBLE: u16 = 64;

/// Ticks between two looks after the reports of a room at rest: 100 ms.
const REPORTS: u32 = 5;

impl Room {
    /// One tick; `now` is the moment it stands for. What happened is appended to `events`.
    pub fn tick(&mut self, now: Instant, events: &mut Vec<MediaEvent>) {
        let count = self.legs.len();
        self.said.resize(count, [0; FRAME]);
        self.heard.resize(count, [0; FRAME]);
        self.sounding.resize(count, false);
        self.choose_paths(now);
        if self.rests() {
            return;
        }
        self.take_in(now, events);
        if let Some(recording) = &mut self.recording {
            recording.frame(&self.said, &self.sounding);
        }
        let Self { paths, mixer, said, sounding, heard, .. } = self;
        mixer.mix(said, sounding, heard, |to| paths.get(to).is_some_and(|path| path.is_mixed()));
        self.give_out();
        self.mixer.settle();
        self.tell_first_audible(now, events);
        self.tell_quality(now, events);
    }

    /// Whether all legs have what they hear carried on to them, and nobody needs a sample: then a tick has nothing to
    /// do, but for the reports, which every fifth looks after.
    fn rests(&mut self) -> bool {
        let rest = self.recording.is_none()
            && self.legs.iter().flatten().all(|leg| leg.rtp().is_some_and(|rtp| rtp.rests()));
        self.rested = if rest { self.rested + 1 } else { 0 };
        !self.rested.is_multiple_of(REPORTS)
    }

    fn take_in(&mut self, now: Instant, events: &mut Vec<MediaEvent>) {
        for slot in 0..self.legs.len() {
            if self.legs[slot].as_ref().and_then(Leg::rtp).is_some_and(|rtp| !rtp.watched) {
                self.read(slot, now, events);
            }
            let audience = self.is_speaker(slot) && self.has_audience(slot);
            let frame = &mut self.said[slot];
            let Some(leg) = &mut self.legs[slot] else {
                self.sounding[slot] = false;
                continue;
            };
            let (room, id) = (&self.id, leg.id);
            let sounding = match &mut leg.kind {
                Kind::Rtp(rtp) => {
                    rtp.report(now);
                    rtp.play(now, frame, &mut |digit, at| {
                        events.push(MediaEvent::Dtmf { room: room.clone(), leg: id, digit, at });
                    })
                }
                Kind::Link(link) => link.receive(frame),
                Kind::Speaker(queue) => {
                    let sounding = queue.pull(audience, frame);
                    events.extend(queue.take_reports().map(|report| match report {
                        SpeechReport::Started(speech) => {
                            MediaEvent::SpeechStarted { room: room.clone(), leg: id, speech, at: now }
                        }
                        SpeechReport::Progress(speech, samples) => MediaEvent::SpeechProgress {
                            room: room.clone(),
                            leg: id,
                            speech,
                            samples,
                            at: now,
                        },
                        SpeechReport::Stopped { speech, samples, complete } => MediaEvent::SpeechStopped {
                            room: room.clone(),
                            leg: id,
                            speech,
                            samples,
                            complete,
                            at: now,
                        },
                    }));
                    sounding
                }
            };
            if !sounding && leg.watch.is_on() {
                frame.fill(0);
            }
            self.sounding[slot] = sounding;
            events.extend(leg.watch.frame(now, frame).map(|moment| match moment {
                VoiceMoment::Started(at) => MediaEvent::VoiceStarted { room: room.clone(), leg: id, at },
                VoiceMoment::Stopped(at) => MediaEvent::VoiceStopped { room: room.clone(), leg: id, at },
            }));
        }
    }

    fn is_speaker(&self, slot: usize) -> bool {
        matches!(&self.legs[slot], Some(Leg { kind: Kind::Speaker(_), .. }))
    }

    /// Whether a speaker's next frame really leaves: towards some RTP peer, or, where none is to hear it, a link.
    fn has_audience(&self, speaker: usize) -> bool {
        let (mut phones, mut reached, mut links) = (false, false, false);
        for (to, leg) in self.legs.iter().enumerate() {
            let Some(leg) = leg.as_ref().filter(|_| self.mixer.carries(to, speaker)) else { continue };
            match &leg.kind {
                Kind::Rtp(_) => {
                    phones = true;
                    reached |= leg.is_reached();
                }
                Kind::Link(_) => links = true,
                Kind::Speaker(_) => {}
            }
        }
        if phones { reached } else { links }
    }

    fn tell_first_audible(&mut self, now: Instant, events: &mut Vec<MediaEvent>) {
        for slot in 0..self.legs.len() {
            let Some(leg) = self.legs[slot].as_ref().filter(|leg| leg.awaits_hearing) else { continue };
            let reached = self.legs.iter().enumerate().any(|(to, listener)| {
                leg.unheard_by.contains(to)
                    && self.paths[to].gives(slot)
                    && listener.as_ref().is_some_and(Leg::is_reached)
            });
            if !self.sounding[slot] || !reached || peak(&self.said[slot]) < AUDIBLE {
                continue;
            }
            events.push(MediaEvent::FirstAudible { room: self.id.clone(), leg: leg.id, at: now });
            if let Some(leg) = &mut self.legs[slot] {
                leg.awaits_hearing = false;
                leg.unheard_by = Default::default();
            }
        }
    }

    fn tell_quality(&mut self, now: Instant, events: &mut Vec<MediaEvent>) {
        let (room, config) = (&self.id, &self.config);
        for leg in self.legs.iter_mut().flatten() {
            let id = leg.id;
            let Kind::Rtp(rtp) = &mut leg.kind else { continue };
            if let Some(silent_s) = rtp.timed_out(now, config.rtp_timeout) {
                events.push(MediaEvent::RtpTimeout { room: room.clone(), leg: id, silent_s });
            }
            if let Some(quality) = rtp.quality(now, config.quality_every) {
                events.push(MediaEvent::Quality { room: room.clone(), leg: id, quality });
            }
        }
    }
}
