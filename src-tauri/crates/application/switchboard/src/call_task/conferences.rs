//! A call in a conference: joining, being refused, leaving, and what becomes of it then.

use std::time::Instant;

use tandem_call::{Floor, Input};
use tandem_foundation::{ConferenceId, LegId};
use tandem_routing::Input as RouteInput;

use super::{ActReply, CallTask};
use crate::conferencing::{ConferenceNews, Joining, Order};
use crate::exchange::{Actor, AfterConference, Entry, ExchangeError, JoinConference, LONGEST_NAME};
use crate::records::{Direction, UserRole};

/// A conference that a call is placed for.
#[derive(Debug)]
pub(crate) struct ToConference {
    pub conference: ConferenceId,
    pub request: JoinConference,
}

/// The conference that the call is in, or on its way into.
#[derive(Debug)]
pub(super) struct InConference {
    step: Step,
    after: AfterConference,
    /// The caller's route put them into it, and goes on after it.
    routed: bool,
}

#[derive(Debug)]
enum Step {
    /// The customer's phone rings.
    AwaitsAnswer(ToConference),
    /// The conference was asked.
    Asked {
        leg: LegId,
        reply: Option<ActReply>,
    },
    Joined {
        leg: LegId,
    },
}

impl InConference {
    pub fn awaits_answer(to: ToConference) -> Self {
        Self { after: to.request.after, step: Step::AwaitsAnswer(to), routed: false }
    }
}

impl CallTask {
    /// Answered once the conference has, and that is on disk.
    pub(super) fn asked_to_join(&mut self, actor: &Actor, request: JoinConference, reply: ActReply) {
        let may = self.permit_joining(actor, &request).and_then(|()| self.may_join(&request));
        match may {
            Ok(()) => self.join(request, None, Some(reply)),
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    /// Whoever holds a call may take it into a conference, but what is a moderator's there is a supervisor's here.
    fn permit_joining(&self, actor: &Actor, request: &JoinConference) -> Result<(), ExchangeError> {
        let act = crate::exchange::Act::JoinConference(request.clone());
        self.permit(actor, &act)?;
        let more = request.entry.ends || request.record;
        if more && actor.role < UserRole::Supervisor { Err(ExchangeError::Forbidden) } else { Ok(()) }
    }

    pub(super) fn may_join(&self, request: &JoinConference) -> Result<(), ExchangeError> {
        let fits = !request.name.trim().is_empty() && request.name.chars().count() <= LONGEST_NAME;
        if !fits {
            let expected = format!("a name of 1 to {LONGEST_NAME} characters");
            return Err(ExchangeError::Invalid { field: "name", expected });
        }
        if self.answered.is_none() || self.machine.is_over() {
            return Err(ExchangeError::WrongState { status: "not in progress" });
        }
        if self.conference.is_some() {
            return Err(ExchangeError::WrongState { status: "in a conference already" });
        }
        if self.transfers.current.is_some() || *self.machine.floor().0 == Floor::Bridging {
            return Err(ExchangeError::WrongState { status: "being transferred" });
        }
        Ok(())
    }

    /// Asks the conference; the customer hears what they hear until it has answered.
    pub(super) fn join(
        &mut self,
        request: JoinConference,
        only: Option<ConferenceId>,
        reply: Option<ActReply>,
    ) {
        let leg = self.context.ports.leg_ids.next();
        let step = Step::Asked { leg, reply };
        self.conference = Some(InConference { after: request.after, step, routed: false });
        let number = match self.call.direction {
            Direction::Inbound => self.call.from.clone(),
            Direction::Outbound | Direction::Internal => self.call.to.clone(),
        };
        let (org, call, name) =
            (self.call.org.clone(), self.call.id.clone(), self.call.customer_name.clone());
        let joining = Joining { org, call, leg, number, name, request, only };
        self.context.conferences.tell(Order::Join(Box::new(joining)));
    }

    /// A route leads into a conference.
    pub(super) fn join_by_route(&mut self, name: String, entry: Entry, record: bool) {
        let request = JoinConference { entry, record, ..JoinConference::new(name) };
        if self.may_join(&request).is_err() {
            return self.route_unreachable();
        }
        self.join(request, None, None);
        if let Some(conference) = &mut self.conference {
            conference.routed = true;
        }
    }

    /// The customer who was called into a conference is there.
    pub(super) fn join_when_answered(&mut self) {
        let awaits = |conference: &mut InConference| matches!(conference.step, Step::AwaitsAnswer(_));
        let Some(InConference { step: Step::AwaitsAnswer(to), .. }) = self.conference.take_if(awaits) else {
            return;
        };
        self.join(to.request, Some(to.conference), None);
    }

    pub(super) fn conference_news(&mut self, news: ConferenceNews) {
        match news {
            ConferenceNews::Joined { name, journal } => {
                let Some(InConference { step, .. }) = &mut self.conference else { return };
                let Step::Asked { leg, reply } = step else { return };
                let (leg, reply) = (*leg, reply.take());
                *step = Step::Joined { leg };
                self.leave_queue("taken_over");
                if self.routing.as_ref().is_some_and(|routing| !routing.is_connected()) {
                    // Somebody took them out of a menu, say; it is not gone on with.
                    self.routing = None;
                    self.hear_announcer();
                }
                let done = self.machine.handle(Instant::now(), Input::Bridged { leg, name });
                if let Err(refusal) = done {
                    // Something else was done with the call meanwhile.
                    tracing::debug!(?refusal, "a call could not stay in a conference");
                    self.leave_conference();
                    reply.map(|reply| {
                        reply.send(Err(ExchangeError::WrongState { status: "not to be joined" }))
                    });
                    return;
                }
                self.drain();
                if let Some(reply) = reply {
                    let answer = (self.call.floor.clone(), self.call.floor_version);
                    let own = self.journal.clone();
                    tokio::spawn(async move {
                        journal.settled().await;
                        own.settled().await;
                        let _ = reply.send(Ok(answer));
                    });
                }
            }
            ConferenceNews::Refused { why } => {
                let Some(InConference { step, after, routed }) = self.conference.take() else { return };
                match step {
                    Step::Asked { reply: Some(reply), .. } => {
                        let error = match why {
                            "over" => ExchangeError::NotFound { what: "conference" },
                            status => ExchangeError::WrongState { status: refused(status) },
                        };
                        let _ = reply.send(Err(error));
                    }
                    _ if routed => self.route_unreachable(),
                    _ => self.after_conference(after),
                }
            }
            ConferenceNews::Out => self.out_of_conference(),
        }
    }

    /// Leaves of its own; what follows is as it was when the conference ends.
    pub(super) fn leave_conference_act(&mut self) -> Result<(), ExchangeError> {
        if self.machine.conference().is_none() {
            return Err(ExchangeError::WrongState { status: "in no conference" });
        }
        let call = self.call.id.clone();
        self.context.conferences.tell(Order::Gone { call });
        self.out_of_conference();
        Ok(())
    }

    /// The call is over: nobody waits for it there.
    pub(super) fn forget_conference(&mut self) {
        if let Some(InConference { step, .. }) = self.conference.take() {
            if let Step::Asked { reply: Some(reply), .. } = step {
                let _ = reply.send(Err(ExchangeError::WrongState { status: "over" }));
            }
            let call = self.call.id.clone();
            self.context.conferences.tell(Order::Gone { call });
        }
    }

    fn leave_conference(&mut self) {
        if let Some(InConference { step: Step::Asked { leg, .. } | Step::Joined { leg }, .. }) =
            self.conference.take()
        {
            self.context.ports.media.close_leg(&self.call.id, leg);
            let call = self.call.id.clone();
            self.context.conferences.tell(Order::Gone { call });
        }
    }

    /// The conference's room has let the call go.
    fn out_of_conference(&mut self) {
        let Some(InConference { step: Step::Joined { leg }, after, routed }) = self.conference.take() else {
            return;
        };
        self.context.ports.media.close_leg(&self.call.id, leg);
        self.input(Input::Unbridged);
        if routed && matches!(self.machine.floor().0, Floor::Nobody) && self.routing.is_some() {
            self.route_input(RouteInput::TargetOver);
            return self.hear_announcer();
        }
        self.after_conference(after);
    }

    fn after_conference(&mut self, after: AfterConference) {
        let kept = !matches!(self.machine.floor().0, Floor::Nobody) && after == AfterConference::GoOn;
        if kept || self.machine.is_over() {
            return;
        }
        self.end_reason = Some("conference".to_owned());
        self.input(Input::AssistantEnds);
    }
}

fn refused(why: &'static str) -> &'static str {
    match why {
        "locked" => "refused: the conference is locked",
        "full" => "refused: the conference is full",
        other => other,
    }
}
