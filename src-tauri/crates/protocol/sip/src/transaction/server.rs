//! Server transactions (RFC 3261 section 17.2, RFC 6026 section 7.1).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Timer, TimerSettings};
use crate::message::Response;

/// A request of the peer's, from its arrival until no copy of it can come any more.
#[derive(Debug)]
pub struct ServerTransaction {
    invite: bool,
    reliable: bool,
    settings: TimerSettings,
    state: State,
    /// The latest response, for copies of the request.
    last: Option<Bytes>,
    retransmit: Option<(Instant, Duration)>,
    expiry: Option<(Instant, Timer)>,
    outputs: VecDeque<ServerOutput>,
}

/// What drives a server transaction.
#[derive(Debug)]
pub enum ServerInput<'a> {
    /// A copy of the request.
    Retransmission,
    /// An ACK with this transaction's key.
    Ack,
    Respond(&'a Response),
    /// The time of `next_deadline` has come.
    Deadline,
}

/// What a server transaction wants done.
#[derive(Debug, PartialEq, Eq)]
pub enum ServerOutput {
    Send(Bytes),
    /// The final response to INVITE was never acknowledged (Timer H).
    AckMissing,
    Terminated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No final response yet (Trying and Proceeding).
    Proceeding,
    Completed,
    /// Our final response to INVITE was acknowledged.
    Confirmed,
    /// A 2xx to INVITE was sent; its retransmission is the user's affair.
    Accepted,
    Terminated,
}

impl ServerTransaction {
    pub fn new(invite: bool, reliable: bool, settings: TimerSettings) -> ServerTransaction {
        ServerTransaction {
            invite,
            reliable,
            settings,
            state: State::Proceeding,
            last: None,
            retransmit: None,
            expiry: None,
            outputs: VecDeque::new(),
        }
    }

    /// Whether a final response was given.
    pub fn is_answered(&self) -> bool {
        self.state != State::Proceeding
    }

    /// The latest response, as it is repeated.
    pub fn last(&self) -> Option<Bytes> {
        self.last.clone()
    }

    pub fn handle(&mut self, now: Instant, input: ServerInput<'_>) {
        match input {
            ServerInput::Retransmission => {
                if matches!(self.state, State::Proceeding | State::Completed) {
                    self.outputs.extend(self.last.clone().map(ServerOutput::Send));
                }
            }
            ServerInput::Ack => self.acknowledged(now),
            ServerInput::Respond(response) => self.respond(now, response),
            ServerInput::Deadline => self.deadline(now),
        }
    }

    pub fn poll_output(&mut self) -> Option<ServerOutput> {
        self.outputs.pop_front()
    }

    pub fn next_deadline(&self) -> Option<(Instant, Timer)> {
        self.retransmit.map(|(at, _)| (at, Timer::G)).into_iter().chain(self.expiry).min_by_key(|(at, _)| *at)
    }

    fn respond(&mut self, now: Instant, response: &Response) {
        if self.state != State::Proceeding {
            return;
        }
        let wire = response.to_bytes();
        self.last = Some(wire.clone());
        self.outputs.push_back(ServerOutput::Send(wire));
        let patience = self.settings.patience();
        match response.code {
            ..200 => {}
            200..300 if self.invite => {
                self.state = State::Accepted;
                self.expiry = Some((now + patience, Timer::L));
            }
            _ if self.invite => {
                self.state = State::Completed;
                self.retransmit = (!self.reliable).then_some((now + self.settings.t1, self.settings.t1));
                self.expiry = Some((now + patience, Timer::H));
            }
            _ => {
                self.state = State::Completed;
                self.linger(now, patience, Timer::J);
            }
        }
    }

    fn acknowledged(&mut self, now: Instant) {
        if self.state == State::Completed && self.invite {
            self.state = State::Confirmed;
            self.retransmit = None;
            self.linger(now, self.settings.t4, Timer::I);
        }
    }

    fn linger(&mut self, now: Instant, time: Duration, timer: Timer) {
        if self.reliable {
            self.terminate();
        } else {
            self.expiry = Some((now + time, timer));
        }
    }

    fn deadline(&mut self, now: Instant) {
        if let Some((at, timer)) = self.expiry
            && at <= now
        {
            if timer == Timer::H {
                self.outputs.push_back(ServerOutput::AckMissing);
            }
            return self.terminate();
        }
        if let Some((at, interval)) = self.retransmit
            && at <= now
        {
            self.outputs.extend(self.last.clone().map(ServerOutput::Send));
            let next = (interval * 2).min(self.settings.t2);
            self.retransmit = Some((now + next, next));
        }
    }

    fn terminate(&mut self) {
        self.state = State::Terminated;
        self.retransmit = None;
        self.expiry = None;
        self.outputs.push_back(ServerOutput::Terminated);
    }
}
