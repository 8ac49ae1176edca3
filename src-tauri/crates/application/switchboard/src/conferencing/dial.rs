//! What the console asks of conferences: the live ones, acts, and calling somebody into one.

use tandem_foundation::{ConferenceId, OrgId};
use tokio::sync::oneshot;

use super::Order;
use crate::call_task::{Beginning, ToConference};
use crate::exchange::{
    Actor, AfterConference, ConferenceAct, ConferenceView, DialInto, ExchangeError, JoinConference,
};
use crate::records::{Call, Direction, UserRole};
use crate::switchboard::Switchboard;

impl Switchboard {
    pub(crate) async fn live_conferences(&self, org: &OrgId) -> Vec<ConferenceView> {
        let (reply, answer) = oneshot::channel();
        self.context.conferences.tell(Order::View { org: org.clone(), reply });
        answer.await.unwrap_or_default()
    }

    pub(crate) async fn act_on_conference(
        &self,
        actor: &Actor,
        conference: &ConferenceId,
        act: ConferenceAct,
    ) -> Result<ConferenceView, ExchangeError> {
        require_supervisor(actor)?;
        let (reply, answer) = oneshot::channel();
        let (actor, conference) = (actor.clone(), conference.clone());
        self.context.conferences.tell(Order::Act { actor, conference, act, reply });
        answer.await.unwrap_or(Err(ExchangeError::Draining))
    }

    /// The call has no assistant: once it is answered it joins, and it ends with the conference.
    pub(crate) async fn dial_into_conference(
        &self,
        actor: &Actor,
        conference: &ConferenceId,
        request: DialInto,
    ) -> Result<Call, ExchangeError> {
        require_supervisor(actor)?;
        if self.is_draining() {
            return Err(ExchangeError::Draining);
        }
        crate::gate::is_number(&request.to)?;
        crate::gate::may_call(&self.context, &actor.org, request.to.as_str()).await?;
        let (trunk, caller_id) = self.choose_trunk(&actor.org, request.trunk.as_ref())?;
        let from = request.from.or(caller_id).unwrap_or_else(|| "anonymous".into());
        let mut call = self.context.new_call(&actor.org, Direction::Outbound, from, request.to);
        call.customer_name = request.name;
        call.trunk = Some(trunk.clone());
        let (reply, answer) = oneshot::channel();
        self.context.conferences.tell(Order::Dialled {
            org: actor.org.clone(),
            conference: conference.clone(),
            call: call.id.clone(),
            number: call.to.clone(),
            name: call.customer_name.clone(),
            reply,
        });
        let name = answer.await.unwrap_or(Err(ExchangeError::Draining))?;
        let request = JoinConference {
            entry: request.entry,
            after: AfterConference::HangUp,
            ..JoinConference::new(name)
        };
        let beginning =
            Beginning::IntoConference(Box::new(ToConference { conference: conference.clone(), request }));
        if let Err(refused) = self.begin(call.clone(), None, beginning).await {
            self.context.conferences.tell(Order::Gone { call: call.id });
            return Err(refused);
        }
        Ok(call)
    }
}

fn require_supervisor(actor: &Actor) -> Result<(), ExchangeError> {
    if actor.role >= UserRole::Supervisor { Ok(()) } else { Err(ExchangeError::Forbidden) }
}
