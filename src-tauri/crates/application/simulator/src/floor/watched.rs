//! A matcher under watch: after every step all that it promises is held against what was seen from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde::Serialize;
use tandem_foundation::CallId;
use tandem_queue::{AgentRef, Input, Kind, Matcher, Output, Presence, Refusal, Standing, Why, Withdrawn};

use super::ledger::Ledger;

/// What has to hold after every step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A person is asked for one caller at a time, and nobody for more than they can have.
    OneReservationPerAgent,
    /// Who was answered has one agent, and nobody else is asked for them any more.
    OneAgentPerAnsweredCall,
    /// An agent rings for somebody who waits.
    NoRingingWithoutACaller,
    /// Who is not free has a call, or a time at which they are.
    HeldAgentsHaveAnEnd,
    /// A wrap-up ends when its queue says, or later.
    WrapUpIsNeverShortened,
    /// Of those an agent may take it is the one whose turn it is.
    TurnsAreKept,
    /// Who takes no calls is not asked, and too late an answer is refused.
    PauseWinsOverOffers,
    /// Who waits stays until they are answered, leave, or are told where to go and why.
    NobodyIsDropped,
    /// Nobody waits whom a free agent may take.
    NobodyIsOverlooked,
    /// An agent's idle time is about as long as that of any other of the same skills.
    IdleTimeIsShared,
    /// With everybody there and nobody calling any more, all end.
    EverythingEnds,
}

/// A rule that was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    pub rule: Rule,
    pub seed: u64,
    pub step: u64,
    pub what: String,
}

/// The matcher and what is known of it from outside.
#[derive(Debug)]
pub struct Watched {
    matcher: Matcher,
    ledger: Ledger,
    /// Who rang for a caller at the moment at which they asked to be called back.
    rang: BTreeSet<AgentRef>,
    seed: u64,
    pub steps: u64,
    pub violations: Vec<Violation>,
}

impl Watched {
    pub fn new(seed: u64) -> Self {
        let (matcher, ledger) = (Matcher::new(seed), Ledger::default());
        Self { matcher, ledger, rang: BTreeSet::new(), seed, steps: 0, violations: Vec::new() }
    }

    /// One step; what came out of it, in its order.
    ///
    /// # Errors
    /// What the matcher refuses.
    pub fn put(&mut self, now: Instant, input: Input) -> Result<Vec<Output>, Refusal> {
        self.steps += 1;
        let late = match &input {
            Input::Answered { offer } => !self.ledger.offers.contains_key(offer),
            _ => false,
        };
        self.rang = match &input {
            Input::CallBack { caller, .. } => self.ledger.asked_for(caller),
            _ => BTreeSet::new(),
        };
        let taken = self.matcher.handle(now, input.clone());
        if taken.is_ok() && late {
            self.broke(Rule::PauseWinsOverOffers, format!("{input:?} was accepted and is withdrawn"));
        }
        if taken.is_ok() {
            self.ledger.heard(now, &input);
        }
        let outputs = self.drain(now, Some(&input));
        self.check(now, Some(&input));
        taken.map(|()| outputs)
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Instant) -> Vec<Output> {
        self.steps += 1;
        self.matcher.tick(now);
        let outputs = self.drain(now, None);
        let next = self.matcher.next_deadline();
        if next.is_some_and(|at| at <= now) {
            self.broke(Rule::HeldAgentsHaveAnEnd, format!("a deadline has passed: {next:?} at {now:?}"));
        }
        self.check(now, None);
        outputs
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        self.matcher.next_deadline()
    }

    /// Everybody who waits.
    pub fn waiting(&self) -> impl Iterator<Item = &CallId> {
        self.ledger.waiting.keys()
    }

    /// Offers that are neither answered nor withdrawn.
    pub fn offers(&self) -> impl Iterator<Item = tandem_queue::OfferId> {
        self.ledger.offers.keys().copied()
    }

    /// The calls of an agent.
    pub fn calls(&self, agent: &AgentRef) -> impl Iterator<Item = &CallId> {
        self.ledger.agents.get(agent).into_iter().flat_map(|held| held.calls.keys())
    }

    pub fn is_waiting(&self, caller: &CallId) -> bool {
        self.ledger.waiting.contains_key(caller)
    }

    /// Whether they wait on the line, and not at home.
    pub fn is_live(&self, caller: &CallId) -> bool {
        self.ledger.waiting.get(caller).is_some_and(|caller| caller.ticket.kind == Kind::Live)
    }

    pub fn is_asked_for(&self, caller: &CallId) -> bool {
        self.ledger.waiting.get(caller).is_some_and(|caller| !caller.asked.is_empty())
    }

    /// How the matcher sees its agents.
    pub fn agents(&self, now: Instant) -> Vec<(AgentRef, Standing)> {
        self.matcher.agents(now).into_iter().map(|row| (row.agent, row.standing)).collect()
    }

    pub(super) fn broke(&mut self, rule: Rule, what: String) {
        let (seed, step) = (self.seed, self.steps);
        self.violations.push(Violation { rule, seed, step, what });
    }

    fn drain(&mut self, now: Instant, input: Option<&Input>) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some(output) = self.matcher.poll_output() {
            self.judge(now, input, &output);
            self.ledger.told(now, &output);
            // Whoever is moved waits all the time, if in another queue.
            if let Some(Input::Move { caller, .. }) = input
                && let Some(caller) = self.ledger.waiting.get_mut(caller)
            {
                caller.leaving = false;
            }
            outputs.push(output);
        }
        outputs
    }

    /// What an output has to be like, before it is taken down.
    fn judge(&mut self, now: Instant, input: Option<&Input>, output: &Output) {
        match output {
            Output::Offer { offer, caller, agent, until, .. } => {
                if self.ledger.answered.contains(caller) {
                    self.broke(Rule::OneAgentPerAnsweredCall, format!("{caller} was answered: {output:?}"));
                } else if !self.ledger.waiting.contains_key(caller) {
                    self.broke(Rule::NoRingingWithoutACaller, format!("{output:?}"));
                }
                if self.ledger.offers.contains_key(offer) || *until <= now {
                    self.broke(Rule::HeldAgentsHaveAnEnd, format!("used twice, or over at once: {output:?}"));
                }
                // Whoever rang for them goes on ringing for them: it is the call that is another one.
                let goes_on = matches!(input, Some(Input::CallBack { by, .. }) if by == caller)
                    && self.rang.contains(agent);
                if let Some(other) = self.ledger.overtaken(now, caller, agent).filter(|_| !goes_on) {
                    let what = format!("{other} goes before {output:?} at {input:?}");
                    self.broke(Rule::TurnsAreKept, what);
                }
            }
            Output::Withdraw { offer, why, .. } => {
                if !self.ledger.offers.contains_key(offer) {
                    self.broke(Rule::OneReservationPerAgent, format!("there is no such offer: {output:?}"));
                }
                let gone = matches!(input, Some(Input::Leave { .. }));
                if gone != (*why == Withdrawn::CallerLeft) && gone {
                    self.broke(Rule::NoRingingWithoutACaller, format!("{output:?} at {input:?}"));
                }
            }
            Output::Connect { offer, caller, agent, .. } => {
                let asked = self.ledger.offers.get(offer);
                let fits = asked.is_some_and(|asked| asked.caller == *caller && asked.agent == *agent);
                if !fits || self.ledger.answered.contains(caller) {
                    self.broke(Rule::OneAgentPerAnsweredCall, format!("{output:?}"));
                }
            }
            Output::WrapUp { agent, until } => {
                let known = self.ledger.agents.get(agent).and_then(|held| held.wrap_up);
                if known != Some(*until) {
                    self.broke(Rule::WrapUpIsNeverShortened, format!("{output:?}, and not {known:?}"));
                }
            }
            Output::WrappedUp { agent } => {
                let by_hand = matches!(input, Some(Input::WrappedUp { .. }));
                let until = self.ledger.agents.get(agent).and_then(|held| held.wrap_up);
                if !by_hand && until.is_none_or(|until| until > now) {
                    self.broke(Rule::WrapUpIsNeverShortened, format!("{output:?} before {until:?}"));
                }
            }
            Output::Elsewhere { caller, why, .. } => {
                let may = match input {
                    Some(Input::RemoveQueue { .. }) => *why == Why::QueueGone,
                    Some(Input::Join(_)) => *why != Why::QueueGone && *why != Why::WaitedTooLong,
                    None => matches!(why, Why::WaitedTooLong | Why::Unstaffed),
                    // An edit or a break may leave a queue without the people whom its callers may wait for.
                    Some(_) => *why == Why::Unstaffed,
                };
                if !may {
                    self.broke(Rule::NobodyIsDropped, format!("{caller} {why:?} at {input:?}"));
                }
            }
            Output::AutoPaused { .. } | Output::Announce { .. } => {}
        }
    }

    /// What holds between steps.
    fn check(&mut self, now: Instant, input: Option<&Input>) {
        let mut broken: Vec<(Rule, String)> = Vec::new();
        let next = self.matcher.next_deadline();
        let standings = self.matcher.agents(now);
        if standings.len() != self.ledger.agents.len() {
            broken.push((Rule::HeldAgentsHaveAnEnd, "agents are missing".to_owned()));
        }
        for row in standings {
            let Some(held) = self.ledger.agents.get(&row.agent) else { continue };
            let (agent, busy) = (&row.agent, held.calls.len());
            let most = match agent {
                AgentRef::Person(_) => 1,
                AgentRef::Assistant(_) => usize::MAX,
            };
            if held.offers.len() > most
                || !held.offers.is_empty() && busy + held.offers.len() > held.profile.capacity
            {
                let what = format!("{agent:?} has {} offers beside {busy} calls", held.offers.len());
                broken.push((Rule::OneReservationPerAgent, what));
            }
            if held.presence != Presence::Ready && !held.offers.is_empty() {
                broken.push((Rule::PauseWinsOverOffers, format!("{agent:?} rings on {:?}", held.presence)));
            }
            if held.wrap_up.is_some() && !held.offers.is_empty() {
                broken.push((Rule::WrapUpIsNeverShortened, format!("{agent:?} rings in wrap-up")));
            }
            let ends = held.offers.iter().filter_map(|offer| self.ledger.offers.get(offer)).map(|o| o.until);
            let latest = ends.chain(held.wrap_up).min();
            if latest.is_some_and(|at| next.is_none_or(|next| next > at)) {
                broken.push((Rule::HeldAgentsHaveAnEnd, format!("nothing ends {agent:?} at {latest:?}")));
            }
            if !stands_as_known(&row.standing, held) {
                let what = format!("{agent:?} is {:?} and known as {held:?}", row.standing);
                broken.push((Rule::HeldAgentsHaveAnEnd, what));
            }
        }
        self.check_callers(now, &mut broken);
        for (rule, what) in broken {
            self.broke(rule, format!("{what} after {input:?}"));
        }
    }

    fn check_callers(&self, now: Instant, broken: &mut Vec<(Rule, String)>) {
        let mut asked: BTreeMap<&CallId, usize> = BTreeMap::new();
        for offer in self.ledger.offers.values() {
            *asked.entry(&offer.caller).or_default() += 1;
            if !self.ledger.waiting.contains_key(&offer.caller) {
                broken.push((Rule::NoRingingWithoutACaller, format!("{offer:?}")));
            }
        }
        let mut known = 0;
        for queue in self.ledger.queues.keys() {
            for row in self.matcher.waiting(now, queue) {
                known += 1;
                let count = asked.get(&row.caller).copied().unwrap_or(0);
                if count != row.offered_to.len() || !self.ledger.waiting.contains_key(&row.caller) {
                    broken.push((Rule::NobodyIsDropped, format!("{row:?} is asked for {count} times")));
                }
            }
        }
        if known != self.ledger.waiting.len() {
            let what = format!("{known} wait, and {} should", self.ledger.waiting.len());
            broken.push((Rule::NobodyIsDropped, what));
        }
        // Asking two machines: the matcher by its own rules, and the ledger by its.
        if let Some(pair) = self.matcher.overlooked(now) {
            broken.push((Rule::NobodyIsOverlooked, format!("{pair:?}")));
        }
        for (agent, held) in self.ledger.agents.iter().filter(|(agent, held)| held.is_free(agent)) {
            let alone = |caller: &super::ledger::Caller| {
                caller.asked.is_empty() || self.ledger.rings_all(&caller.ticket.queue)
            };
            let of_those = self.ledger.waiting.iter().filter(|(_, caller)| alone(caller));
            for (call, caller) in of_those {
                if self.ledger.may_take(now, caller, agent, held) {
                    broken.push((Rule::NobodyIsOverlooked, format!("{call} by {agent:?}")));
                }
            }
        }
    }
}

/// What they do counts before what they want to do next.
fn stands_as_known(standing: &Standing, held: &super::ledger::Held) -> bool {
    match standing {
        Standing::Busy(count) => *count == held.calls.len() && *count > 0,
        _ if !held.calls.is_empty() => false,
        Standing::Offered => !held.offers.is_empty(),
        _ if !held.offers.is_empty() => false,
        Standing::Offline => held.presence == Presence::Offline,
        Standing::WrapUp { until } => held.wrap_up == Some(*until),
        Standing::Paused(reason) => {
            held.wrap_up.is_none() && held.presence == Presence::Paused(reason.clone())
        }
        Standing::Ready { .. } => held.wrap_up.is_none() && held.presence == Presence::Ready,
    }
}
