//! The task: every live conference, fed with orders and with time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem_foundation::{CallId, ConferenceId, OrgId};
use tokio::sync::mpsc;

use super::order::{ConferenceNews, Joining, Order};
use super::room::Room;
use crate::call_task::CallMessage;
use crate::context::Context;
use crate::exchange::ExchangeError;
use crate::ports::media::MediaEvent;

/// How often members are compared with the calls there are.
const RECONCILE: Duration = Duration::from_secs(5);

/// The way to the task. Orders sent before it runs are kept.
#[derive(Debug)]
pub(crate) struct Conferences {
    orders: mpsc::UnboundedSender<Order>,
}

impl Conferences {
    /// The way to the task, and what [`Conferences::start`] runs it with.
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Order>) {
        let (orders, inbox) = mpsc::unbounded_channel();
        (Self { orders }, inbox)
    }

    /// Tells the task; it is there for as long as the exchange is.
    pub fn tell(&self, order: Order) {
        let _ = self.orders.send(order);
    }

    pub fn start(context: Arc<Context>, mut inbox: mpsc::UnboundedReceiver<Order>) {
        tokio::spawn(async move {
            let mut desk = Desk { context, rooms: HashMap::new() };
            let mut reconciling = tokio::time::interval(RECONCILE);
            loop {
                let due = desk.rooms.values().filter_map(Room::next_deadline).min();
                tokio::select! {
                    order = inbox.recv() => match order {
                        Some(order) => desk.take(Instant::now(), order),
                        None => return,
                    },
                    _ = reconciling.tick() => desk.reconcile(),
                    () = crate::call_task::sleep_until(due) => desk.tick(Instant::now()),
                }
                desk.rooms.retain(|_, room| !room.is_closed());
            }
        });
    }
}

struct Desk {
    context: Arc<Context>,
    rooms: HashMap<ConferenceId, Room>,
}

impl Desk {
    fn take(&mut self, now: Instant, order: Order) {
        match order {
            Order::Join(joining) => self.join(now, *joining),
            Order::Dialled { org, conference, call, number, name, reply } => {
                let room = self.live(&org, &conference);
                let told = room.ok_or(ExchangeError::NotFound { what: "conference" });
                let _ = reply.send(told.map(|room| room.dialled(call, number, name)));
            }
            Order::Gone { call } => self.gone(&call),
            Order::Media(event) => self.media(event),
            Order::Act { actor, conference, act, reply } => {
                let room = self.live(&actor.org, &conference);
                match room.ok_or(ExchangeError::NotFound { what: "conference" }) {
                    Ok(room) => room.act(&actor, act, reply),
                    Err(error) => drop(reply.send(Err(error))),
                }
            }
            Order::View { org, reply } => {
                let own = self.rooms.values().filter(|room| room.row.org == org && !room.is_over());
                let mut views: Vec<_> = own.map(Room::view).collect();
                views.sort_by(|a, b| a.conference.id.cmp(&b.conference.id));
                let _ = reply.send(views);
            }
            Order::Shutdown => self.rooms.values_mut().for_each(Room::end),
        }
    }

    fn live(&mut self, org: &OrgId, id: &ConferenceId) -> Option<&mut Room> {
        self.rooms.get_mut(id).filter(|room| room.row.org == *org && !room.is_over())
    }

    fn join(&mut self, now: Instant, joining: Joining) {
        let named = |room: &&mut Room| room.row.org == joining.org && room.row.name == joining.request.name;
        let open = self.rooms.values_mut().filter(|room| !room.is_over()).find(named);
        match (open, &joining.only) {
            (Some(room), only) if only.as_ref().is_none_or(|only| *only == room.row.id) => {
                room.join(joining);
            }
            (_, Some(_)) => {
                let news = ConferenceNews::Refused { why: "over" };
                self.context.registry.to_call(&joining.call, CallMessage::Conference(news));
            }
            (_, None) => {
                let mut room = Room::open(now, self.context.clone(), &joining.org, &joining.request.name);
                room.join(joining);
                self.rooms.insert(room.row.id.clone(), room);
            }
        }
    }

    fn gone(&mut self, call: &CallId) {
        self.rooms.values_mut().for_each(|room| room.gone(call));
    }

    fn media(&mut self, event: MediaEvent) {
        let (MediaEvent::RecordingClosed { room, .. } | MediaEvent::RecordingFailed { room, .. }) = &event
        else {
            return;
        };
        if let Some(room) = self.rooms.get_mut(&ConferenceId::new(room.as_str())) {
            room.recorded(event);
        }
    }

    fn tick(&mut self, now: Instant) {
        for room in self.rooms.values_mut().filter(|r| r.next_deadline().is_some_and(|at| at <= now)) {
            room.tick(now);
        }
    }

    /// Nobody stays in a conference by a call that is not there any more, whatever became of its task.
    fn reconcile(&mut self) {
        let registry = &self.context.registry;
        let calls = self.rooms.values().flat_map(Room::calls);
        let gone: Vec<_> = calls.filter(|call| !registry.is_live(call)).cloned().collect();
        for call in gone {
            tracing::error!(%call, "a call that is over was still in a conference");
            self.gone(&call);
        }
    }
}
