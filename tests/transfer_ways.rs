//! Every way to give a customer to somebody, to a person and to a number, and all that may come of it: the customer is
//! never dropped, and never in silence for more than two seconds.

#[path = "support/transfer_world.rs"]
mod transfer_world;

use std::time::Duration;

use serde_json::{Value, json};
use tandem_foundation::LegId;
use tandem_switchboard::ports::signalling::SignallingCommand as Command;
use transfer_world::{CUSTOMER, Called, SAM, SUE, World};

const NUMBER: &str = "+15557770002";
/// Ringing's own pauses apart.
const LONGEST_SILENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Blind,
    Consult,
    Conferenced,
    /// Asked for by Sam's telephone.
    Refer,
    /// Consulted at the screen, completed by Sam's telephone.
    ReferReplaces,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Person,
    /// Behind the customer's trunk: another line of the same telephone, which says the same.
    Number,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    Busy,
    Declined,
    NoAnswer,
    /// The telephone is broken, or is gone after its answer.
    Dead,
}

impl Way {
    /// Those that differ before anybody answers; the others have begun as a consultation by then.
    fn failures(self) -> &'static [Failure] {
        use Failure::{Busy, Dead, Declined, NoAnswer};
        match self {
            Self::Blind | Self::Consult | Self::Refer => &[Busy, Declined, NoAnswer, Dead],
            Self::Conferenced | Self::ReferReplaces => &[Dead],
        }
    }

    fn has_answer_first(self) -> bool {
        matches!(self, Self::Consult | Self::Conferenced | Self::ReferReplaces)
    }
}

struct Cell {
    world: World,
    way: Way,
    to: To,
}

impl Cell {
    async fn new(way: Way, to: To) -> Self {
        Self { world: World::called_in().await, way, to }
    }

    fn refers(&self, replaces: Option<LegId>) {
        let user = if self.to == To::Person { "sue" } else { NUMBER };
        let to = format!("sip:{user}@{}", self.world.server.sip()).into();
        self.world.sams.send(Command::Refer { leg: self.world.sams_leg, to, replaces });
    }

    /// Sam begins it; whom it rings for.
    async fn begins(&mut self) -> Called {
        if self.way == Way::Refer {
            self.refers(None);
        } else {
            let kind = if self.way == Way::Blind { "blind" } else { "consult" };
            let to = match self.to {
                To::Person => json!({ "user": "user_supervisor_2" }),
                To::Number => json!({ "number": NUMBER }),
            };
            self.world.does("transfer", json!({ "to": to, "kind": kind })).await;
        }
        let ringing = match self.to {
            To::Person => self.world.sues.called().await,
            To::Number => self.world.customer.called().await,
        };
        self.rings(&ringing);
        ringing
    }

    fn rings(&self, call: &Called) {
        match self.to {
            To::Person => self.world.sues.ring(call),
            To::Number => self.world.customer.ring(call),
        }
    }

    async fn answers(&mut self, call: &Called) {
        match self.to {
            To::Person => self.world.sues.answer(call).await,
            To::Number => self.world.customer.answer(call).await,
        }
    }

    async fn is_hung_up_on(&mut self, leg: LegId) {
        match self.to {
            To::Person => self.world.sues.is_hung_up_on(leg).await,
            To::Number => self.world.customer.is_hung_up_on(leg).await,
        }
    }

    /// What the target says.
    fn voice(&self) -> f64 {
        if self.to == To::Person { SUE } else { CUSTOMER }
    }

    async fn target_hears(&self, leg: LegId, hz: f64) {
        match self.to {
            To::Person => self.world.sues.hears(leg, hz, &[]).await,
            To::Number => self.world.customer.hears(leg, hz, &[]).await,
        }
    }

    /// The target has answered and talks to Sam, in the ways that have it so.
    async fn consults(&mut self) -> LegId {
        let ringing = self.begins().await;
        self.answers(&ringing).await;
        self.target_hears(ringing.leg, SAM).await;
        if self.way == Way::Conferenced {
            self.world.does("transfer/three-way", Value::Null).await;
            self.world.customer.hears_both(self.world.customer_leg, SAM, self.voice()).await;
        }
        ringing.leg
    }

    async fn fails(&mut self, failure: Failure) {
        if failure == Failure::Dead && self.way.has_answer_first() {
            let leg = self.consults().await;
            match self.to {
                To::Person => self.world.sues.hang_up(leg),
                To::Number => self.world.customer.hang_up(leg),
            }
        } else {
            let ringing = self.begins().await;
            let refuse = |code| match self.to {
                To::Person => self.world.sues.refuse(&ringing, code),
                To::Number => self.world.customer.refuse(&ringing, code),
            };
            match failure {
                Failure::Busy => refuse(486),
                Failure::Declined => refuse(603),
                Failure::Dead => refuse(500),
                Failure::NoAnswer => self.is_hung_up_on(ringing.leg).await,
            }
            let state = match failure {
                Failure::Busy => "busy",
                Failure::Declined => "declined",
                Failure::NoAnswer => "no_answer",
                Failure::Dead => "lost",
            };
            self.world.transfer_is(state).await;
        }
        self.world.sam_has_the_customer().await;
        self.is_not_silent(&format!("{failure:?}"));
    }

    async fn succeeds(&mut self) {
        let leg = if self.way.has_answer_first() {
            let leg = self.consults().await;
            match self.way {
                Way::ReferReplaces => self.refers(Some(self.world.sams_leg)),
                _ => self.world.does("transfer/complete", Value::Null).await,
            }
            leg
        } else {
            let ringing = self.begins().await;
            self.answers(&ringing).await;
            ringing.leg
        };
        self.world.sams.is_hung_up_on(self.world.sams_leg).await;
        self.world.customer.hears(self.world.customer_leg, self.voice(), &[SAM]).await;
        self.target_hears(leg, CUSTOMER).await;
        self.is_not_silent("success");
        self.world.ends().await;
        self.is_hung_up_on(leg).await;
    }

    async fn customer_leaves_in_the_middle(&mut self) {
        let leg = match self.way.has_answer_first() {
            true => self.consults().await,
            false => self.begins().await.leg,
        };
        self.is_not_silent("the middle");
        self.world.ends().await;
        self.is_hung_up_on(leg).await;
        self.world.sams.is_hung_up_on(self.world.sams_leg).await;
    }

    fn is_not_silent(&self, when: &str) {
        let silence = self.world.customer.longest_silence(self.world.customer_leg);
        let (way, to) = (self.way, self.to);
        assert!(silence <= LONGEST_SILENCE, "{way:?} to {to:?}, {when}: silent for {silence:?}");
    }
}

async fn every_end_of(way: Way) {
    let ends = |to| async move {
        let mut cell = Cell::new(way, to).await;
        for failure in way.failures() {
            cell.fails(*failure).await;
        }
        cell.succeeds().await;
    };
    let middle = |to| async move { Cell::new(way, to).await.customer_leaves_in_the_middle().await };
    tokio::join!(ends(To::Person), ends(To::Number));
    tokio::join!(middle(To::Person), middle(To::Number));
}

#[tokio::test]
async fn blind() {
    every_end_of(Way::Blind).await;
}

#[tokio::test]
async fn consulted() {
    every_end_of(Way::Consult).await;
}

#[tokio::test]
async fn by_a_talk_of_three() {
    every_end_of(Way::Conferenced).await;
}

#[tokio::test]
async fn by_refer() {
    every_end_of(Way::Refer).await;
}

#[tokio::test]
async fn by_refer_with_replaces() {
    every_end_of(Way::ReferReplaces).await;
}
