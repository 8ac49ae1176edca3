//! What a room can be told.

use std::time::Instant;

use tandem_foundation::LegId;
use tandem_switchboard::ports::media::{MediaEvent, RecordingPlan, RtpTerms, Sound, SpeechId, TappedFrame};
use tokio::sync::mpsc;

use super::Room;
use crate::leg::{Kind, LinkLeg, RtpLeg, RtpSeed};
use crate::socket::PacketSocket;
use crate::speech::SpeechQueue;

/// Samples of 1 ms.
const PER_MS: usize = 8;

/// The calls of the port `Media`, with the room's ends of sockets and channels in them.
#[derive(Debug)]
pub enum RoomCommand {
    OpenRtp {
        leg: LegId,
        socket: Box<dyn PacketSocket>,
        seed: RtpSeed,
    },
    OpenLink {
        leg: LegId,
        input: mpsc::Receiver<Box<[i16]>>,
        output: mpsc::Sender<Box<[i16]>>,
    },
    OpenSpeaker {
        leg: LegId,
    },
    Connect {
        leg: LegId,
        terms: RtpTerms,
    },
    Close {
        leg: LegId,
    },
    Hearing {
        pairs: Vec<(LegId, LegId)>,
    },
    Speak {
        leg: LegId,
        speech: SpeechId,
        samples: Vec<i16>,
        last: bool,
    },
    PauseSpeech {
        leg: LegId,
    },
    ResumeSpeech {
        leg: LegId,
        rewind_ms: u32,
    },
    FlushSpeech {
        leg: LegId,
        fade_ms: u32,
    },
    Sound {
        leg: LegId,
        sound: Option<Sound>,
    },
    SendDtmf {
        leg: LegId,
        digits: String,
    },
    Tap {
        leg: LegId,
        reader: mpsc::Sender<TappedFrame>,
    },
    StartRecording {
        plan: RecordingPlan,
    },
    StopRecording,
    PauseRecording {
        paused: bool,
    },
    /// What was recorded in the last so many frames is to be silence.
    BlankRecording {
        frames: u32,
    },
    WatchVoice {
        leg: LegId,
        on: bool,
    },
}

pub(super) fn handle(room: &mut Room, now: Instant, command: RoomCommand, events: &mut Vec<MediaEvent>) {
    match command {
        RoomCommand::OpenRtp { leg, socket, seed } => {
            let rtp = RtpLeg::new(socket, seed, room.config.jitter);
            room.add(leg, Kind::Rtp(Box::new(rtp)));
        }
        RoomCommand::OpenLink { leg, input, output } => {
            room.add(leg, Kind::Link(LinkLeg::new(input, output)));
        }
        RoomCommand::OpenSpeaker { leg } => room.add(leg, Kind::Speaker(SpeechQueue::default())),
        RoomCommand::Connect { leg, terms } => {
            if let Some(rtp) = rtp(room, leg) {
                rtp.connect(terms, now);
            }
        }
        RoomCommand::Close { leg } => room.close(leg),
        RoomCommand::Hearing { pairs } => {
            room.pairs = pairs;
            room.apply_hearing();
        }
        RoomCommand::Speak { leg, speech, samples, last } => {
            if let Some(queue) = speaker(room, leg) {
                queue.speak(speech, samples, last);
            }
        }
        RoomCommand::PauseSpeech { leg } => {
            if let Some(queue) = speaker(room, leg) {
                queue.pause();
            }
        }
        RoomCommand::ResumeSpeech { leg, rewind_ms } => {
            if let Some(queue) = speaker(room, leg) {
                queue.resume(rewind_ms as usize * PER_MS);
            }
        }
        RoomCommand::FlushSpeech { leg, fade_ms } => {
            if let Some(queue) = speaker(room, leg) {
                queue.flush(fade_ms as usize * PER_MS);
            }
        }
        RoomCommand::Sound { leg, sound } => {
            if let Some(leg) = room.leg_mut(leg) {
                leg.sound.set(sound);
            }
        }
        RoomCommand::SendDtmf { leg, digits } => {
            if let Some(rtp) = rtp(room, leg) {
                rtp.send_dtmf(&digits);
            }
        }
        RoomCommand::Tap { leg, reader } => {
            if let Some(leg) = room.leg_mut(leg) {
                leg.watch.tap(reader);
            }
        }
        RoomCommand::StartRecording { plan } => room.start_recording(plan, events),
        RoomCommand::StopRecording => room.recording = None,
        RoomCommand::PauseRecording { paused } => {
            if let Some(recording) = &mut room.recording {
                recording.pause(paused);
            }
        }
        RoomCommand::BlankRecording { frames } => {
            if let Some(recording) = &mut room.recording {
                recording.blank(frames);
            }
        }
        RoomCommand::WatchVoice { leg, on } => {
            let config = room.config.vad;
            if let Some(leg) = room.leg_mut(leg) {
                leg.watch.voice(on, config);
            }
        }
    }
}

fn rtp(room: &mut Room, leg: LegId) -> Option<&mut RtpLeg> {
    match room.leg_mut(leg).map(|leg| &mut leg.kind) {
        Some(Kind::Rtp(rtp)) => Some(rtp),
        _ => {
            tracing::debug!(%leg, "a command for an RTP leg that is not there");
            None
        }
    }
}

fn speaker(room: &mut Room, leg: LegId) -> Option<&mut SpeechQueue> {
    match room.leg_mut(leg).map(|leg| &mut leg.kind) {
        Some(Kind::Speaker(queue)) => Some(queue),
        _ => {
            tracing::debug!(%leg, "a command for a speaker that is not there");
            None
        }
    }
}
