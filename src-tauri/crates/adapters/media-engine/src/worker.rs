//! A media thread: owns whole rooms, carries out commands and ticks.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError};
use std::time::{Duration, Instant};

use tandem_foundation::CallId;
use tandem_switchboard::ports::media::MediaEvent;
use tokio::sync::mpsc::UnboundedSender;

use crate::clock::{TickClock, wait_until};
use crate::config::MediaConfig;
use crate::poll::Poller;
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

/// After packets were carried on, this long none are: those of many calls come in one waking then.
const GATHER: Duration = Duration::from_millis(4);

/// The state of one thread.
#[derive(Debug)]
pub(crate) struct Worker {
    pub config: MediaConfig,
    pub commands: Receiver<WorkerCommand>,
    pub events: UnboundedSender<MediaEvent>,
    pub writer: SyncSender<NewRecording>,
    pub statistics: Arc<TickStatistics>,
    pub rooms: Rooms,
}

/// Rooms by id, and by a number that is used again after they close.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    numbers: HashMap<CallId, usize>,
    list: Vec<Option<Room>>,
}

impl Rooms {
    fn get_mut(&mut self, id: &CallId) -> Option<&mut Room> {
        self.list.get_mut(*self.numbers.get(id)?)?.as_mut()
    }

    fn open(&mut self, id: CallId, room: impl FnOnce(CallId) -> Room) {
        if self.numbers.contains_key(&id) {
            return;
        }
        let number = self.list.iter().position(Option::is_none).unwrap_or(self.list.len());
        let room = Some(room(id.clone()));
        if number == self.list.len() {
            self.list.push(room);
        } else {
            self.list[number] = room;
        }
        self.numbers.insert(id, number);
    }

    fn close(&mut self, id: &CallId) {
        if let Some(number) = self.numbers.remove(id) {
            self.list[number] = None;
        }
    }
}

impl Worker {
    /// Ticks until the engine lets go of its end of the commands.
    pub(crate) fn run(mut self, start: Instant) {
        prefer_this_thread();
        let mut clock = TickClock::new(start);
        let mut happened = Vec::new();
        let mut poller = Poller::new()
            .inspect_err(|error| tracing::warn!(%error, "packets are carried on at the tick only"))
            .ok();
        let mut watched = 0;
        loop {
            match &mut poller {
                Some(poller) if watched > 0 => self.carry_until(clock.deadline(), poller, &mut happened),
                _ => {}
            }
            clock.wait();
            while let Some(due) = clock.poll(Instant::now()) {
                let began = Instant::now();
                self.statistics.tick(due.late, due.skipped);
                if !self.obey(due.at, &mut happened) {
                    return;
                }
                if let Some(poller) = poller.as_mut().filter(|_| watched > 0) {
                    // A thread that is behind never waits between its ticks, and must not forget these for it.
                    self.carry(Duration::ZERO, poller, &mut happened);
                }
                watched = 0;
                for (number, room) in self.rooms.list.iter_mut().enumerate() {
                    let Some(room) = room else { continue };
                    if due.skipped > 0 {
                        room.skip(due.skipped, due.at);
                    }
                    room.tick(due.at, &mut happened);
                    if let Some(poller) = &poller {
                        watched += watch(poller, number, room);
                    }
                }
                self.tell(&mut happened);
                self.statistics.busy(began.elapsed());
            }
        }
    }

    /// Carries packets on as they come, until shortly before the tick.
    fn carry_until(&mut self, deadline: Instant, poller: &mut Poller, happened: &mut Vec<MediaEvent>) {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left < GATHER {
                return;
            }
            if let Some(began) = self.carry(left, poller, happened) {
                wait_until(deadline.min(began + GATHER));
            }
        }
    }

    /// Carries on what comes within this time; gives when it came, if anything did.
    fn carry(
        &mut self,
        time: Duration,
        poller: &mut Poller,
        happened: &mut Vec<MediaEvent>,
    ) -> Option<Instant> {
        let mut began = None;
        let rooms = &mut self.rooms.list;
        poller.wait(time, |token| {
            let now = *began.get_or_insert_with(Instant::now);
            let (number, slot) = ((token >> 32) as usize, (token & 0xFFFF_FFFF) as usize);
            if let Some(room) = rooms.get_mut(number).and_then(Option::as_mut) {
                room.arrived(slot, now, happened);
            }
        });
        self.tell(happened);
        if let Some(began) = began {
            self.statistics.busy(began.elapsed());
        }
        began
    }

    fn tell(&self, happened: &mut Vec<MediaEvent>) {
        // An engine whose owner listens no more goes on all the same.
        happened.drain(..).for_each(|event| drop(self.events.send(event)));
    }

    /// Carries out what waits; false once there can be no more.
    fn obey(&mut self, now: Instant, happened: &mut Vec<MediaEvent>) -> bool {
        loop {
            match self.commands.try_recv() {
                Ok(WorkerCommand::Open(id)) => {
                    let Self { config, writer, .. } = self;
                    self.rooms.open(id, |id| Room::new(id, config.clone(), writer.clone()));
                }
                Ok(WorkerCommand::Close(id)) => self.rooms.close(&id),
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

/// Watches the sockets of a room whose packets are carried on; gives their number.
fn watch(poller: &Poller, number: usize, room: &mut Room) -> usize {
    room.watch_changes(|slot, rtp, on| {
        let Some(descriptor) = rtp.socket.descriptor() else { return };
        if !on {
            poller.forget(descriptor);
            rtp.watched = false;
        } else {
            rtp.watched = poller.watch(descriptor, (number as u64) << 32 | slot as u64);
        }
    })
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
