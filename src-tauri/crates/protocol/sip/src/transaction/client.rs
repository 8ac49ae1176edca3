//! Client transactions (RFC 3261 section 17.1, RFC 6026 section 7.2).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Timer, TimerSettings};
use crate::message::{Method, Request, Response};

/// A request of ours on its way, from the first sending to the last repeated response.
#[derive(Debug)]
pub struct ClientTransaction {
    request: Request,
    wire: Bytes,
    reliable: bool,
    settings: TimerSettings,
    state: State,
    /// When to send again, and the interval that led there.
    retransmit: Option<(Instant, Duration)>,
    /// When the state is left for good, and why.
    expiry: Option<(Instant, Timer)>,
    /// The ACK to a final response other than 2xx.
    ack: Option<Bytes>,
    outputs: VecDeque<ClientOutput>,
}

/// What drives a client transaction.
#[derive(Debug)]
pub enum ClientInput {
    /// A response with this transaction's key.
    Response(Response),
    /// A CANCEL was sent: without a final response in 64 * T1 the transaction ends.
    Cancelled,
    /// The time of `next_deadline` has come.
    Deadline,
}

/// What a client transaction wants done.
#[derive(Debug, PartialEq, Eq)]
pub enum ClientOutput {
    Send(Bytes),
    /// A response the user has not seen yet; for INVITE every 2xx.
    Response(Response),
    /// No final response came in time (Timer B or F).
    TimedOut,
    Terminated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Calling (INVITE) or Trying.
    Calling,
    Proceeding,
    Completed,
    /// A 2xx to INVITE came.
    Accepted,
    Terminated,
}

impl ClientTransaction {
    /// Sends the request. Its top Via must carry the branch this transaction is known by.
    pub fn start(
        now: Instant,
        request: Request,
        reliable: bool,
        settings: TimerSettings,
    ) -> ClientTransaction {
        let wire = request.to_bytes();
        let give_up = if request.method == Method::Invite { Timer::B } else { Timer::F };
        ClientTransaction {
            outputs: VecDeque::from([ClientOutput::Send(wire.clone())]),
            request,
            wire,
            reliable,
            settings,
            state: State::Calling,
            retransmit: (!reliable).then_some((now + settings.t1, settings.t1)),
            expiry: Some((now + settings.patience(), give_up)),
            ack: None,
        }
    }

    /// The request as it was sent.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Whether a final response came.
    pub fn is_finished(&self) -> bool {
        matches!(self.state, State::Completed | State::Accepted | State::Terminated)
    }

    pub fn handle(&mut self, now: Instant, input: ClientInput) {
        match input {
            ClientInput::Response(response) if self.is_invite() => self.invite_response(now, response),
            ClientInput::Response(response) => self.other_response(now, response),
            ClientInput::Cancelled => {
                if matches!(self.state, State::Calling | State::Proceeding) {
                    self.expiry = Some((now + self.settings.patience(), Timer::Cancelled));
                }
            }
            ClientInput::Deadline => self.deadline(now),
        }
    }

    pub fn poll_output(&mut self) -> Option<ClientOutput> {
        self.outputs.pop_front()
    }

    pub fn next_deadline(&self) -> Option<(Instant, Timer)> {
        let again = if self.is_invite() { Timer::A } else { Timer::E };
        let retransmit = self.retransmit.map(|(at, _)| (at, again));
        retransmit.into_iter().chain(self.expiry).min_by_key(|(at, _)| *at)
    }

    fn is_invite(&self) -> bool {
        self.request.method == Method::Invite
    }

    fn invite_response(&mut self, now: Instant, response: Response) {
        match (self.state, response.code) {
            (State::Calling, ..200) => {
                self.state = State::Proceeding;
                self.retransmit = None;
                self.expiry = None;
                self.outputs.push_back(ClientOutput::Response(response));
            }
            (State::Proceeding, ..200) | (State::Accepted, 200..300) => {
                self.outputs.push_back(ClientOutput::Response(response));
            }
            (State::Calling | State::Proceeding, 200..300) => {
                self.state = State::Accepted;
                self.retransmit = None;
                self.expiry = Some((now + self.settings.patience(), Timer::M));
                self.outputs.push_back(ClientOutput::Response(response));
            }
            (State::Calling | State::Proceeding, 300..) => {
                let ack = non_success_ack(&self.request, &response).to_bytes();
                self.ack = Some(ack.clone());
                self.outputs.push_back(ClientOutput::Send(ack));
                self.outputs.push_back(ClientOutput::Response(response));
                self.complete(now, self.settings.d, Timer::D);
            }
            (State::Completed, 300..) => {
                self.outputs.extend(self.ack.clone().map(ClientOutput::Send));
            }
            _ => {}
        }
    }

    fn other_response(&mut self, now: Instant, response: Response) {
        match (self.state, response.code) {
            (State::Calling | State::Proceeding, ..200) => {
                if self.state == State::Calling
                    && let Some((at, interval)) = &mut self.retransmit
                {
                    // In Proceeding the request is repeated every T2 only.
                    *at = now + self.settings.t2;
                    *interval = self.settings.t2;
                }
                self.state = State::Proceeding;
                self.outputs.push_back(ClientOutput::Response(response));
            }
            (State::Calling | State::Proceeding, 200..) => {
                self.outputs.push_back(ClientOutput::Response(response));
                self.complete(now, self.settings.t4, Timer::K);
            }
            _ => {}
        }
    }

    fn complete(&mut self, now: Instant, linger: Duration, timer: Timer) {
        self.state = State::Completed;
        self.retransmit = None;
        if self.reliable {
            self.terminate();
        } else {
            self.expiry = Some((now + linger, timer));
        }
    }

    fn deadline(&mut self, now: Instant) {
        if let Some((at, timer)) = self.expiry
            && at <= now
        {
            if matches!(timer, Timer::B | Timer::F | Timer::Cancelled) {
                self.outputs.push_back(ClientOutput::TimedOut);
            }
            return self.terminate();
        }
        if let Some((at, interval)) = self.retransmit
            && at <= now
        {
            self.outputs.push_back(ClientOutput::Send(self.wire.clone()));
            let next = if self.is_invite() { interval * 2 } else { (interval * 2).min(self.settings.t2) };
            self.retransmit = Some((now + next, next));
        }
    }

    fn terminate(&mut self) {
        self.state = State::Terminated;
        self.retransmit = None;
        self.expiry = None;
        self.outputs.push_back(ClientOutput::Terminated);
    }
}

/// The ACK to a 3xx-6xx: of the INVITE's transaction, with the response's To (RFC 3261 section 17.1.1.3).
fn non_success_ack(invite: &Request, response: &Response) -> Request {
    let mut ack = Request::new(Method::Ack, invite.uri.clone());
    if let Ok(via) = invite.headers.top_via() {
        ack.headers.push("Via", via.to_string());
    }
    for (name, value) in invite.headers.iter() {
        if ["Max-Forwards", "From", "Call-ID", "Route"].iter().any(|copied| name.eq_ignore_ascii_case(copied))
        {
            ack.headers.push(name, value);
        }
    }
    ack.headers.push("To", response.headers.get("To").or(invite.headers.get("To")).unwrap_or_default());
    let seq = invite.headers.cseq().map_or(0, |cseq| cseq.seq);
    ack.headers.push("CSeq", format!("{seq} ACK"));
    ack
}
