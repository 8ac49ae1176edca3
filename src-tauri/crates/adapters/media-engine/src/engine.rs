//! The engine: threads, ports, and the port's calls handed to the thread that owns the room.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use tandem_foundation::{CallId, LegId};
use tandem_switchboard::ports::media::{
    AudioLink, Fingerprint, Media, MediaError, MediaEvent, RecordingPlan, RtpTerms, Sound, SpeechId,
    TappedFrame, WrittenRecording,
};
use tokio::sync::mpsc::{self, UnboundedSender};

use crate::clock::TICK;
use crate::config::MediaConfig;
use crate::leg::RtpSeed;
use crate::ports::RtpPorts;
use crate::recording::RecordingWriter;
use crate::room::RoomCommand;
use crate::statistics::TickStatistics;
use crate::udp::UdpPort;
use crate::worker::{Rooms, Worker, WorkerCommand};

/// Frames a link's sender may be ahead, and a link's reader behind, in the channels.
const LINK_IN: usize = 10;
const LINK_OUT: usize = 4;
/// Frames a tap's reader may be behind: 5 s.
const TAP: usize = 250;

/// Rooms on media threads; ends with its last owner, or by [`MediaEngine::shutdown`].
#[derive(Debug)]
pub struct MediaEngine {
    ports: RtpPorts,
    statistics: Arc<TickStatistics>,
    shared: Mutex<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Which thread owns a room.
    rooms: HashMap<CallId, usize>,
    threads: Vec<Thread>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Thread {
    commands: Sender<WorkerCommand>,
    rooms: usize,
    handle: JoinHandle<()>,
}

impl MediaEngine {
    /// Starts the media threads and the recording thread; what happens is told on `events`.
    ///
    /// # Panics
    /// When the system gives no thread.
    pub fn start(config: MediaConfig, events: UnboundedSender<MediaEvent>) -> Arc<Self> {
        // The loop is made here and not in the tick that plays it first.
        tandem_audio::music::prepare();
        let statistics = Arc::new(TickStatistics::default());
        let (mut writer, recordings) = RecordingWriter::new(events.clone());
        if let Some(folder) = &config.recordings {
            writer.keep_space(folder, config.ballast_bytes);
        }
        let writer = spawn("recordings", move || writer.run());
        let count = config.threads.max(1);
        let start = Instant::now();
        let threads = (0..count).map(|n| {
            let (commands, orders) = channel();
            let worker = Worker {
                config: config.clone(),
                commands: orders,
                events: events.clone(),
                writer: recordings.clone(),
                statistics: Arc::clone(&statistics),
                rooms: Rooms::default(),
            };
            // Spread over the 20 ms, so that the threads do not all wake at once.
            let first = start + TICK * n as u32 / count as u32;
            let handle = spawn(&format!("media-{n}"), move || worker.run(first));
            Thread { commands, rooms: 0, handle }
        });
        let threads = threads.collect();
        let shared = Mutex::new(Shared { rooms: HashMap::new(), threads, writer: Some(writer) });
        Arc::new(Self { ports: RtpPorts::new(config.rtp_ports), statistics, shared })
    }

    /// How late ticks are.
    pub fn statistics(&self) -> &Arc<TickStatistics> {
        &self.statistics
    }

    /// Rooms that are open.
    pub fn room_count(&self) -> usize {
        self.shared().rooms.len()
    }

    /// Closes every room, waits until recordings are whole on disk, and ends the threads. Further calls do nothing.
    pub fn shutdown(&self) {
        let (threads, writer) = {
            let mut shared = self.shared();
            shared.rooms.clear();
            (std::mem::take(&mut shared.threads), shared.writer.take())
        };
        for thread in threads {
            drop(thread.commands);
            if thread.handle.join().is_err() {
                tracing::error!("a media thread had panicked");
            }
        }
        if let Some(writer) = writer
            && writer.join().is_err()
        {
            tracing::error!("the recording thread had panicked");
        }
    }

    fn shared(&self) -> std::sync::MutexGuard<'_, Shared> {
        // Nothing under this lock can leave the maps half changed.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends to the thread that owns the room; false if no thread does.
    fn tell(&self, room: &CallId, command: RoomCommand) -> bool {
        let shared = self.shared();
        let thread = shared.rooms.get(room).and_then(|&owner| shared.threads.get(owner));
        thread.is_some_and(|t| t.commands.send(WorkerCommand::Room(room.clone(), command)).is_ok())
    }
}

impl Drop for MediaEngine {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl Media for MediaEngine {
    fn open_room(&self, room: &CallId) {
        let mut shared = self.shared();
        if shared.rooms.contains_key(room) {
            return;
        }
        let Some(owner) = (0..shared.threads.len()).min_by_key(|&n| shared.threads[n].rooms) else { return };
        let thread = &mut shared.threads[owner];
        thread.rooms += 1;
        if thread.commands.send(WorkerCommand::Open(room.clone())).is_ok() {
            shared.rooms.insert(room.clone(), owner);
        }
    }

    fn close_room(&self, room: &CallId) {
        let mut shared = self.shared();
        if let Some(owner) = shared.rooms.remove(room)
            && let Some(thread) = shared.threads.get_mut(owner)
        {
            thread.rooms -= 1;
            // A thread that is gone has closed it already.
            let _ = thread.commands.send(WorkerCommand::Close(room.clone()));
        }
    }

    fn open_rtp_leg(&self, room: &CallId, leg: LegId, interface: IpAddr) -> Result<SocketAddr, MediaError> {
        let socket = self.ports.bind(interface)?;
        let address = socket.local_addr().map_err(MediaError::Bind)?;
        let socket = Box::new(UdpPort::new(socket).map_err(MediaError::Bind)?);
        let seed = RtpSeed { ssrc: rand::random(), sequence: rand::random(), timestamp: rand::random() };
        if self.tell(room, RoomCommand::OpenRtp { leg, socket, seed }) {
            Ok(address)
        } else if self.shared().threads.is_empty() {
            Err(MediaError::Stopped)
        } else {
            Err(MediaError::NoRoom)
        }
    }

    fn connect(&self, room: &CallId, leg: LegId, terms: RtpTerms) {
        self.tell(room, RoomCommand::Connect { leg, terms });
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        crate::dtls::fingerprint()
    }

    fn open_audio_link(&self, room: &CallId, leg: LegId) -> AudioLink {
        let (to_room, input) = mpsc::channel(LINK_IN);
        let (output, from_room) = mpsc::channel(LINK_OUT);
        self.tell(room, RoomCommand::OpenLink { leg, input, output });
        AudioLink { to_room, from_room }
    }

    fn join_rooms(&self, one: (&CallId, LegId), other: (&CallId, LegId)) {
        let (output, far_input) = mpsc::channel(LINK_IN);
        let (far_output, input) = mpsc::channel(LINK_IN);
        self.tell(one.0, RoomCommand::OpenLink { leg: one.1, input, output });
        self.tell(other.0, RoomCommand::OpenLink { leg: other.1, input: far_input, output: far_output });
    }

    fn open_speaker(&self, room: &CallId, leg: LegId) {
        self.tell(room, RoomCommand::OpenSpeaker { leg });
    }

    fn close_leg(&self, room: &CallId, leg: LegId) {
        self.tell(room, RoomCommand::Close { leg });
    }

    fn set_hearing(&self, room: &CallId, pairs: Vec<(LegId, LegId)>) {
        self.tell(room, RoomCommand::Hearing { pairs });
    }

    fn speak(&self, room: &CallId, leg: LegId, speech: SpeechId, samples: Vec<i16>, last: bool) {
        self.tell(room, RoomCommand::Speak { leg, speech, samples, last });
    }

    fn pause_speech(&self, room: &CallId, leg: LegId) {
        self.tell(room, RoomCommand::PauseSpeech { leg });
    }

    fn resume_speech(&self, room: &CallId, leg: LegId, rewind_ms: u32) {
        self.tell(room, RoomCommand::ResumeSpeech { leg, rewind_ms });
    }

    fn flush_speech(&self, room: &CallId, leg: LegId, fade_ms: u32) {
        self.tell(room, RoomCommand::FlushSpeech { leg, fade_ms });
    }

    fn set_sound(&self, room: &CallId, leg: LegId, sound: Option<Sound>) {
        self.tell(room, RoomCommand::Sound { leg, sound });
    }

    fn send_dtmf(&self, room: &CallId, leg: LegId, digits: &str) {
        self.tell(room, RoomCommand::SendDtmf { leg, digits: digits.to_owned() });
    }

    fn tap(&self, room: &CallId, leg: LegId) -> mpsc::Receiver<TappedFrame> {
        let (reader, frames) = mpsc::channel(TAP);
        self.tell(room, RoomCommand::Tap { leg, reader });
        frames
    }

    fn start_recording(&self, room: &CallId, plan: RecordingPlan) {
        self.tell(room, RoomCommand::StartRecording { plan });
    }

    fn stop_recording(&self, room: &CallId) {
        self.tell(room, RoomCommand::StopRecording);
    }

    fn pause_recording(&self, room: &CallId, paused: bool) {
        self.tell(room, RoomCommand::PauseRecording { paused });
    }

    fn blank_recording(&self, room: &CallId, back: std::time::Duration) {
        // A tick may have passed since it was asked for.
        let frames = u32::try_from(back.as_millis() / 20).unwrap_or(u32::MAX).saturating_add(2);
        self.tell(room, RoomCommand::BlankRecording { frames });
    }

    fn repair_recording(&self, path: &std::path::Path) -> Option<WrittenRecording> {
        crate::recording::repair(path).ok()
    }

    fn watch_voice(&self, room: &CallId, leg: LegId, on: bool) {
        self.tell(room, RoomCommand::WatchVoice { leg, on });
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).expect("the system gives threads at start")
}
