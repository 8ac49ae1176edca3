//! Calls that people place themselves: they are engaged from the moment they ask, and wrap up afterwards.

use std::time::{Duration, Instant};

use tandem_foundation::{CallId, QueueId, UserId};
use tandem_queue::{AgentRef, Input, Standing};

use super::floor::Floor;
use crate::exchange::ExchangeError;
use crate::records::MemberRef;

impl Floor {
    /// Asked and noted in one step, so that nobody places two at once, nor one while a caller is held out to them.
    pub(super) fn place(
        &mut self,
        now: Instant,
        user: &UserId,
        call: CallId,
        queue: Option<QueueId>,
        several: bool,
    ) -> Result<(), ExchangeError> {
        let agent = AgentRef::Person(user.clone());
        let standing = self.matcher.agent(now, &agent).ok_or(ExchangeError::NotFound { what: "agent" })?;
        let taken = matches!(standing.standing, Standing::Offered | Standing::Busy(_));
        let on_a_call = self.calls.get(user).is_some_and(|calls| !calls.is_empty());
        if !several && (taken || on_a_call) {
            return Err(ExchangeError::AgentBusy);
        }
        let wrap_up = self.wrap_up_after(user, queue);
        self.beginning.insert(call.clone(), now);
        self.calls.entry(user.clone()).or_default().push(call.clone());
        self.input(now, Input::Placed { agent, call, wrap_up });
        Ok(())
    }

    /// As the queue has it for which they called, otherwise as the one of theirs that allows most.
    fn wrap_up_after(&self, user: &UserId, queue: Option<QueueId>) -> Duration {
        let own = MemberRef::Person { user: user.clone() };
        let seconds = match queue.and_then(|queue| self.queues.get(&queue)) {
            Some(queue) => queue.settings.wrap_up_s,
            None => {
                let of = self.queues.values().filter(|q| q.members.iter().any(|member| member.who == own));
                of.map(|queue| queue.settings.wrap_up_s).max().unwrap_or_default()
            }
        };
        Duration::from_secs(seconds.into())
    }
}
