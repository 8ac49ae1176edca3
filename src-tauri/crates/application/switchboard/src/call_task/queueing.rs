//! A customer who waits: joining a queue, ringing whoever they are held out to, and what becomes of them.

use std::time::{Duration, Instant};

use tandem_call::{EndedBy, Floor, Input, PersonRef};
use tandem_foundation::{AssistantId, LegId, QueueId, UserId};
use tandem_queue::{Kind, OfferId, Ticket};

use super::people::Summons;
use super::{CallTask, LegKind, Wanted};
use crate::exchange::{ExchangeError, LiveQueue};
use crate::ports::media::Sound;
use crate::ports::signalling::SignallingCommand;
use crate::queueing::{Order, QueueNews};
use crate::records::{Assistant, MemberRef, Overflow, UnixMs};

/// A call may be sent on this often before it is held to go in circles.
const MOST_OVERFLOWS: u32 = 5;

/// The queue that the call came through last.
#[derive(Debug)]
pub(super) struct InQueue {
    pub queue: QueueId,
    pub joined: Instant,
    pub joined_at: UnixMs,
    pub waiting: bool,
    pub offers: Vec<(OfferId, UserId)>,
    pub overflows: u32,
    pub greeted: bool,
}

impl CallTask {
    /// Puts the customer into a queue. `waited`: the wait they have had already; `front`: before all others.
    pub(super) fn join_queue(&mut self, queue: QueueId, waited: Duration, front: bool) {
        let overflows = self.queue.as_ref().map_or(0, |queue| queue.overflows);
        let now = Instant::now();
        self.queue = Some(InQueue {
            queue: queue.clone(),
            joined: now.checked_sub(waited).unwrap_or(now),
            joined_at: UnixMs(self.now().0 - i64::try_from(waited.as_millis()).unwrap_or_default()),
            waiting: true,
            offers: Vec::new(),
            overflows,
            greeted: false,
        });
        if *self.machine.floor().0 == Floor::Nobody {
            self.hold_music(true);
        }
        let ticket = Ticket {
            caller: self.call.id.clone(),
            queue: queue.clone(),
            priority: 0,
            needs: Vec::new(),
            preferred: None,
            waited,
            kind: Kind::Live,
        };
        self.context.distributor.tell(&self.call.org, Order::Join { ticket, front });
        self.alerts.joined(&queue);
        self.record_in_queue(&queue);
        if self.leaving.is_none() {
            self.call_bridge();
        }
    }

    /// Who keeps callers of the queue company until somebody is free.
    pub(super) fn call_bridge(&self) {
        let bridge = {
            let plan = self.context.plan.read();
            let queue = self.queue.as_ref().and_then(|own| plan.queue(&self.call.org, &own.queue));
            queue.and_then(|queue| queue.settings.bridge.clone())
        };
        if let Some(assistant) = bridge {
            self.call_assistant(assistant);
        }
    }

    pub(super) fn queue_news(&mut self, news: QueueNews) {
        match news {
            QueueNews::Offer { offer, to: MemberRef::Person { user }, name, .. } => {
                self.offered(offer, user, name);
            }
            // It takes the call as soon as it is its own.
            QueueNews::Offer { to: MemberRef::Assistant { .. }, .. } => {}
            QueueNews::Withdrawn { offer, to } => {
                if let Some(queue) = &mut self.queue {
                    queue.offers.retain(|(other, _)| *other != offer);
                }
                if let MemberRef::Person { user } = to {
                    self.input(Input::Withdraw { who: PersonRef::User(user) });
                }
            }
            QueueNews::Yours { offer, to, .. } => self.granted(offer, to),
            QueueNews::LetIn => self.let_in(),
            QueueNews::Elsewhere { .. } if self.kept_out() => {}
            QueueNews::Elsewhere { queue, why, waited } => self.overflow(&queue, why, waited),
            QueueNews::Moved { queue } => {
                if let Some(own) = &mut self.queue {
                    own.queue = queue;
                }
            }
            QueueNews::Announce { position, estimate } => self.announce_place(position, estimate),
        }
    }

    fn offered(&mut self, offer: OfferId, user: UserId, name: String) {
        let Some(queue) = self.queue.as_mut().filter(|queue| queue.waiting) else {
            return self.context.distributor.tell(&self.call.org, Order::Declined { offer });
        };
        queue.offers.push((offer, user.clone()));
        let who = PersonRef::User(user);
        if self.machine.handle(Instant::now(), Input::Offer { who, name }).is_err() {
            // They listen in already; somebody else is asked.
            self.context.distributor.tell(&self.call.org, Order::Declined { offer });
        }
    }

    /// Rings every telephone of a person; a browser shows the offer, and its answer comes as an act.
    pub(super) fn ring(&mut self, who: PersonRef) {
        let PersonRef::User(user) = &who else { return };
        if self.context.phones.is_pinned(user) {
            // Whoever keeps their line open has said yes to every call.
            return self.fetch(who, Summons::Answer);
        }
        if self.context.phones.is_registered(user) {
            self.invite_person(who, Summons::Ring);
        } else if self.context.phones.browser(user).is_none() {
            self.tell_offer(&who, |offer| Order::Missed { offer });
            self.input(Input::Withdraw { who });
        }
    }

    /// The person presses the key: their browser is connected, or their telephone is told to answer at once.
    pub(super) fn answer_offer(&mut self, user: &UserId) -> Result<(), ExchangeError> {
        self.require_offer(user)?;
        let who = PersonRef::User(user.clone());
        if let Some(leg) = self.leg_of(&who) {
            // It rings already; what rings is replaced by what is answered by itself.
            self.legs.remove(&leg);
            self.context.ports.signalling.send(SignallingCommand::Hangup { leg, cause: None });
            self.forget_leg(leg);
        }
        self.fetch(who, Summons::Answer);
        Ok(())
    }

    pub(super) fn decline_offer(&mut self, user: &UserId) -> Result<(), ExchangeError> {
        self.require_offer(user)?;
        self.tell_offer(&PersonRef::User(user.clone()), |offer| Order::Declined { offer });
        Ok(())
    }

    fn require_offer(&self, user: &UserId) -> Result<(), ExchangeError> {
        let waiting = self.queue.iter().filter(|queue| queue.waiting);
        let offered = waiting.flat_map(|queue| &queue.offers).any(|(_, to)| to == user);
        if offered { Ok(()) } else { Err(ExchangeError::NotOffered) }
    }

    pub(super) fn is_offered(&self, who: &PersonRef) -> bool {
        matches!(who, PersonRef::User(user) if self.require_offer(user).is_ok())
    }

    fn leg_of(&self, who: &PersonRef) -> Option<LegId> {
        self.legs.iter().find_map(|(leg, kind)| match kind {
            LegKind::Person { who: other, .. } if other == who => Some(*leg),
            _ => None,
        })
    }

    fn tell_offer(&self, who: &PersonRef, order: impl FnOnce(OfferId) -> Order) {
        let PersonRef::User(user) = who else { return };
        let offer = self.queue.iter().flat_map(|queue| &queue.offers).find(|(_, to)| to == user);
        if let Some((offer, _)) = offer {
            self.context.distributor.tell(&self.call.org, order(*offer));
        }
    }

    pub(super) fn offer_answered(&mut self, who: &PersonRef) {
        self.tell_offer(who, |offer| Order::Answered { offer });
    }

    /// Their telephone said no, or could not be reached.
    pub(super) fn offer_failed(&mut self, who: &PersonRef) {
        let said_no = self.last_failure.take().is_some_and(|code| matches!(code, 486 | 600 | 603));
        self.tell_offer(
            who,
            |offer| if said_no { Order::Declined { offer } } else { Order::Missed { offer } },
        );
    }

    fn granted(&mut self, offer: OfferId, to: MemberRef) {
        let Some(queue) = &mut self.queue else { return };
        queue.waiting = false;
        queue.offers.retain(|(other, _)| *other != offer);
        self.end_announcements();
        self.hold_music(false);
        match to {
            MemberRef::Person { user } => {
                let who = PersonRef::User(user.clone());
                self.callback_taken();
                self.input(Input::Granted { who: who.clone() });
                let has =
                    matches!(self.machine.floor().0, Floor::Person { who: holder, .. } if *holder == who);
                if !has {
                    // They hung up at the very moment they answered: nothing is to hold them.
                    let call = self.call.id.clone();
                    self.context.distributor.tell(&self.call.org, Order::Released { user, call });
                } else {
                    self.claim_callback();
                }
            }
            MemberRef::Assistant { assistant } => self.call_assistant(assistant),
        }
    }

    /// The customer does not wait any more, for somebody speaks to them or the call is over.
    pub(super) fn leave_queue(&mut self, why: &'static str) {
        let Some(queue) = self.queue.as_mut().filter(|queue| queue.waiting) else { return };
        queue.waiting = false;
        let caller = self.call.id.clone();
        self.context.distributor.tell(&self.call.org, Order::Leave { caller, why });
        self.end_announcements();
        self.hold_music(false);
    }

    /// Whoever spoke to the customer is lost: they wait again, before all others.
    pub(super) fn customer_alone(&mut self, lost: String) {
        if self.is_before_callback() {
            return self.callback_alone();
        }
        match self.queue.as_ref().map(|queue| (queue.queue.clone(), queue.joined.elapsed())) {
            Some((queue, waited)) => self.join_queue(queue, waited, true),
            None => self.wait_alone(lost),
        }
    }

    fn overflow(&mut self, from: &QueueId, why: &str, waited: Duration) {
        let Some(queue) = &mut self.queue else { return };
        queue.waiting = false;
        queue.overflows += 1;
        let circles = queue.overflows > MOST_OVERFLOWS;
        if matches!(self.machine.floor().0, Floor::Assistant) {
            // Somebody keeps them company, and is told that nobody else will come.
            return self.tell(tandem_conversation::io::Input::TransferFailed);
        }
        let overflow = {
            let plan = self.context.plan.read();
            plan.queue(&self.call.org, from).map(|queue| queue.settings.overflow.clone())
        };
        match overflow.filter(|_| !circles).unwrap_or_default() {
            Overflow::Queue { queue } if queue != *from => self.join_queue(queue, waited, false),
            Overflow::Assistant { assistant } => {
                self.hold_music(false);
                self.call_assistant(assistant);
            }
            Overflow::Person { user } => {
                self.hold_music(false);
                self.person = Some(user);
                self.fetch_person();
            }
            // The route says where else to go, or that nobody is there.
            Overflow::HangUp | Overflow::Queue { .. } if self.routing.is_some() => {
                self.end_announcements();
                self.hold_music(false);
                self.route_unreachable();
            }
            Overflow::HangUp | Overflow::Queue { .. } => {
                self.end_reason = Some(format!("queue_{why}"));
                self.input(Input::End { by: EndedBy::Assistant });
            }
        }
    }

    /// An assistant joins once its row is read.
    fn call_assistant(&self, id: AssistantId) {
        if self.speaker.is_none() {
            self.read_assistant(id, Wanted::Queue);
        }
    }

    pub(super) fn assistant_of_queue(&mut self, row: Option<Assistant>) {
        if self.speaker.is_some() || self.machine.is_over() {
            return;
        }
        if row.is_some_and(|assistant| self.assistant_enters(assistant)) {
            return self.hold_music(false);
        }
        tracing::warn!("the assistant cannot be had");
        // Who only was to keep company is done without; who was to take the call is replaced.
        if !self.is_waiting() && *self.machine.floor().0 == Floor::Nobody {
            self.customer_alone(String::new());
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.queue.as_ref().is_some_and(|queue| queue.waiting)
    }

    /// Said once, before the first word on where they stand.
    pub(super) fn queue_greeting(&mut self) -> Option<String> {
        let queue = self.queue.as_mut().filter(|queue| !queue.greeted)?;
        queue.greeted = true;
        let plan = self.context.plan.read();
        plan.queue(&self.call.org, &queue.queue)?.settings.greeting.clone()
    }

    pub(super) fn hold_music(&self, on: bool) {
        let sound = on.then_some(Sound::HoldMusic);
        self.context.ports.media.set_sound(&self.call.id, self.customer, sound);
    }

    pub(super) fn live_queue(&self) -> Option<LiveQueue> {
        self.queue.as_ref().map(|queue| LiveQueue {
            queue: queue.queue.clone(),
            joined_at: queue.joined_at,
            waiting: queue.waiting,
            offered_to: queue.offers.iter().map(|(_, user)| user.clone()).collect(),
        })
    }
}
