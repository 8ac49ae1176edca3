//! A media thread: owns whole rooms, carries out commands and ticks.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError};
use std::time::Instant;

use tandem_foundation::CallId;
use tandem_switchboard::ports::media::MediaEvent;
use tokio::sync::mpsc::UnboundedSender;

use crate::clock::TickClock;
use crate::config::MediaConfig;
use crate::recording::NewRecording;
use crate::room::{Room, RoomCommand};
use crate::statistics::TickStatistics;

/// What a media thread can be told.
#[derive(Debug)]
pub(crate) enum WorkerCommand {
    Open(CallId),
    Close(CallId),
    Room(CallId, RoomCommand),
}

/// The state of one thread.
#[derive(Debug)]
pub(crate) struct Worker {
    pub config: MediaConfig,
    pub commands: Receiver<WorkerCommand>,
    pub events: UnboundedSender<MediaEvent>,
    pub writer: SyncSender<NewRecording>,
    pub statistics: Arc<TickStatistics>,
    pub rooms: HashMap<CallId, Room>,
}

impl Worker {
    /// Ticks until the engine lets go of its end of the commands.
    pub(crate) fn run(mut self, start: Instant) {
        prefer_this_thread();
        let mut clock = TickClock::new(start);
        let mut happened = Vec::new();
        loop {
            clock.wait();
            while let Some(due) = clock.poll(Instant::now()) {
                let began = Instant::now();
                self.statistics.tick(due.late, due.skipped);
                if !self.obey(due.at, &mut happened) {
                    return;
                }
                for room in self.rooms.values_mut() {
                    if due.skipped > 0 {
                        room.skip(due.skipped, due.at);
                    }
                    room.tick(due.at, &mut happened);
                }
                // An engine whose owner listens no more goes on all the same.
                happened.drain(..).for_each(|event| drop(self.events.send(event)));
                self.statistics.busy(began.elapsed());
            }
        }
    }

    /// Carries out what waits; false once there can be no more.
    fn obey(&mut self, now: Instant, happened: &mut Vec<MediaEvent>) -> bool {
        loop {
            match self.commands.try_recv() {
                Ok(WorkerCommand::Open(id)) => {
                    let room = Room::new(id.clone(), self.config.clone(), self.writer.clone());
                    self.rooms.entry(id).or_insert(room);
                }
                Ok(WorkerCommand::Close(id)) => drop(self.rooms.remove(&id)),
                Ok(WorkerCommand::Room(id, command)) => match self.rooms.get_mut(&id) {
                    Some(room) => room.handle(now, command, happened),
                    None => tracing::debug!(room = %id, "a command for a room that is closed"),
                },
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }
}

/// Asks the system to run this thread before others; without the right to ask it goes on as an ordinary one.
fn prefer_this_thread() {
    #[cfg(target_os = "linux")]
    // SAFETY: plain system calls on the calling thread's own number.
    unsafe {
        let thread = libc::syscall(libc::SYS_gettid);
        libc::setpriority(libc::PRIO_PROCESS, thread as libc::id_t, -11);
    }
}
