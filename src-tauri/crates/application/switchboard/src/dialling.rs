//! Calls that people place themselves, at a screen or by dialling on their phone: who may, and what becomes of it.

use tandem_foundation::{OrgId, Pii, QueueId, TrunkId, UserId};

use crate::call_task::{Beginning, Dialled, DiallingPhone};
use crate::exchange::{Actor, ExchangeError};
use crate::gate::is_e164;
use crate::queueing::Order;
use crate::records::{AgentState, Call, Direction};
use crate::switchboard::Switchboard;

/// A call of one's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Dial {
    pub to: DialTo,
    /// Caller id; the trunk's where `None`.
    pub from: Option<Pii<String>>,
    /// The trunk; the organisation's first enabled one where `None`.
    pub trunk: Option<TrunkId>,
    /// The queue for which it is.
    pub queue: Option<QueueId>,
}

/// Who is called.
#[derive(Debug, Clone, PartialEq)]
pub enum DialTo {
    /// E.164 with `+`.
    Number(Pii<String>),
    Colleague(UserId),
}

/// A person of the organisation, as the others may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    pub user: UserId,
    pub name: String,
    pub state: ColleagueState,
    /// A phone of theirs is connected.
    pub phone: bool,
}

/// What a colleague is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColleagueState {
    Available,
    /// Talking, being offered a call, or writing one up.
    OnCall,
    Away,
}

impl Switchboard {
    /// A call from the desk: one at a time.
    pub(crate) async fn place_own(&self, actor: &Actor, request: Dial) -> Result<Call, ExchangeError> {
        let by = actor.user.clone().ok_or(ExchangeError::Forbidden)?;
        if !self.context.phones.reachable(&by) {
            return Err(ExchangeError::NoPhone);
        }
        self.dial_for(&actor.org, by, request, None).await
    }

    /// `phone`: the person dialled there, and may have other calls on it.
    pub(crate) async fn dial_for(
        &self,
        org: &OrgId,
        by: UserId,
        request: Dial,
        phone: Option<DiallingPhone>,
    ) -> Result<Call, ExchangeError> {
        if self.is_draining() {
            return Err(ExchangeError::Draining);
        }
        if let (DialTo::Colleague(colleague), None) = (&request.to, &phone)
            && self.is_on_a_call(org, colleague).await
        {
            return Err(ExchangeError::ColleagueUnreachable);
        }
        if let Some(queue) = &request.queue {
            let known = self.context.plan.read().queue(org, queue).is_some();
            known.then_some(()).ok_or(ExchangeError::NotFound { what: "queue" })?;
        }
        let (queue, several) = (request.queue.clone(), phone.is_some());
        let (call, to) = self.own_call(org, &by, request).await?;
        let placed = self.ask_floor(org, |reply| Order::Place {
            user: by.clone(),
            call: call.id.clone(),
            queue,
            several,
            reply,
        });
        placed.await.unwrap_or(Err(ExchangeError::Draining))?;
        let never = Order::NeverPlaced { user: by.clone(), call: call.id.clone() };
        let name = self.context.plan.read().user(&by).map(|user| user.name.clone()).unwrap_or_default();
        let beginning = Beginning::Dialled(Dialled { by, name, to, phone });
        if let Err(refused) = self.begin(call.clone(), None, beginning).await {
            self.context.distributor.tell(org, never);
            return Err(refused);
        }
        Ok(call)
    }

    /// The row of the call, and the colleague where it is for one.
    async fn own_call(
        &self,
        org: &OrgId,
        by: &UserId,
        request: Dial,
    ) -> Result<(Call, Option<UserId>), ExchangeError> {
        let mut call = match &request.to {
            DialTo::Number(number) => self.call_to_number(org, number, &request).await?,
            DialTo::Colleague(user) => self.call_to_colleague(org, by, user)?,
        };
        call.placed_by = Some(by.clone());
        call.placed_for = request.queue;
        let to = match request.to {
            DialTo::Number(_) => None,
            DialTo::Colleague(user) => Some(user),
        };
        Ok((call, to))
    }

    async fn call_to_number(
        &self,
        org: &OrgId,
        number: &Pii<String>,
        request: &Dial,
    ) -> Result<Call, ExchangeError> {
        crate::gate::is_number(number)?;
        crate::gate::may_call(&self.context, org, number.as_str()).await?;
        let (trunk, caller_id) = self.choose_trunk(org, request.trunk.as_ref())?;
        let from = request.from.clone().or(caller_id).unwrap_or_else(|| "anonymous".into());
        let mut call = self.context.new_call(org, Direction::Outbound, from, number.clone());
        call.trunk = Some(trunk);
        Ok(call)
    }

    fn call_to_colleague(&self, org: &OrgId, by: &UserId, to: &UserId) -> Result<Call, ExchangeError> {
        let plan = self.context.plan.read();
        let person = |id: &UserId| plan.user(id).filter(|user| user.org == *org).cloned();
        let colleague = person(to).ok_or(ExchangeError::NotFound { what: "to" })?;
        if to == by {
            return Err(ExchangeError::Invalid { field: "to", expected: "somebody else".to_owned() });
        }
        if !self.context.phones.reachable(to) {
            return Err(ExchangeError::ColleagueUnreachable);
        }
        let shown = |id: &UserId| {
            let name = person(id).and_then(|user| user.phone_name);
            Pii::new(name.unwrap_or_else(|| id.to_string()))
        };
        let mut call = self.context.new_call(org, Direction::Internal, shown(by), shown(to));
        call.customer_name = Some(Pii::new(colleague.name));
        Ok(call)
    }

    /// At a screen one sees that a colleague talks; a phone is told so by theirs.
    async fn is_on_a_call(&self, org: &OrgId, user: &UserId) -> bool {
        let agent = self.ask_floor(org, |reply| Order::Agent { user: user.clone(), reply }).await;
        matches!(agent, Some(Ok(agent)) if !agent.calls.is_empty())
    }

    pub(crate) async fn colleagues_of(&self, org: &OrgId) -> Vec<Colleague> {
        let agents = self.ask_floor(org, Order::View).await.unwrap_or_default().agents;
        let plan = self.context.plan.read();
        let mut colleagues: Vec<_> = plan
            .people(org)
            .into_iter()
            .map(|user| Colleague {
                user: user.id.clone(),
                name: user.name.clone(),
                state: agents
                    .iter()
                    .find(|agent| agent.user == user.id)
                    .map_or(ColleagueState::Away, |agent| state(agent.state, !agent.calls.is_empty())),
                phone: self.context.phones.reachable(&user.id),
            })
            .collect();
        colleagues.sort_by(|a, b| (a.name.to_lowercase(), &a.user).cmp(&(b.name.to_lowercase(), &b.user)));
        colleagues
    }
}

fn state(state: AgentState, calls: bool) -> ColleagueState {
    match state {
        _ if calls => ColleagueState::OnCall,
        AgentState::Ready => ColleagueState::Available,
        AgentState::Offered | AgentState::Busy | AgentState::WrapUp => ColleagueState::OnCall,
        AgentState::Offline | AgentState::Paused => ColleagueState::Away,
    }
}

/// What was dialled as a number in E.164 form: as it stands, or behind the international prefix `00` (ITU-T E.123).
pub(crate) fn dialled_number(dialled: &str) -> Option<Pii<String>> {
    let digits: String = dialled.chars().filter(|c| !matches!(c, '-' | '.' | '(' | ')' | ' ')).collect();
    let number = match (digits.strip_prefix("00"), digits.starts_with('+')) {
        (Some(rest), _) => format!("+{rest}"),
        (None, true) => digits,
        (None, false) => return None,
    };
    is_e164(&number).then(|| Pii::new(number))
}

/// What a phone that dialled is told when its call is refused.
pub(crate) fn refusal_code(error: &ExchangeError) -> (u16, Option<u32>) {
    match error {
        ExchangeError::NotFound { .. } => (404, None),
        ExchangeError::Invalid { .. } => (484, None),
        ExchangeError::ColleagueUnreachable => (480, None),
        ExchangeError::AgentBusy => (486, None),
        ExchangeError::AtCapacity { retry_after_s, .. } => (503, Some(*retry_after_s)),
        ExchangeError::Draining => (503, Some(10)),
        ExchangeError::Storage => (503, Some(5)),
        _ => (403, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dialled_in_full_or_behind_the_international_prefix() {
        let read = |dialled: &str| dialled_number(dialled).map(Pii::into_inner);
        assert_eq!(read("+15557770001").as_deref(), Some("+15557770001"));
        assert_eq!(read("0015557770001").as_deref(), Some("+15557770001"));
        assert_eq!(read("+1-555-777.0001").as_deref(), Some("+15557770001"));
        for dialled in ["", "+", "00", "15557770001", "05557770001", "ben", "+1555x", "+0555777000", "*97"] {
            assert_eq!(read(dialled), None, "{dialled}");
        }
    }

    #[test]
    fn whoever_rings_or_writes_up_counts_as_on_a_call() {
        assert_eq!(state(AgentState::Ready, false), ColleagueState::Available);
        assert_eq!(state(AgentState::Ready, true), ColleagueState::OnCall);
        assert_eq!(state(AgentState::WrapUp, false), ColleagueState::OnCall);
        assert_eq!(state(AgentState::Paused, false), ColleagueState::Away);
        assert_eq!(state(AgentState::Paused, true), ColleagueState::OnCall);
    }
}
