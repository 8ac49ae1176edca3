//! The plan: which trunk, number and phone belongs to whom, as last read from storage.

use std::collections::HashMap;

use tandem_foundation::{NumberId, OrgId, QueueId, TrunkId, UserId};

use crate::capacity::Limits;
use crate::ports::settings::settings_of;
use crate::ports::signalling::{PhoneAccount, TrunkAccount, TrunkState};
use crate::ports::store::{Store, StoreError};
use crate::queueing::Order;
use crate::records::{
    AgentProfile, AlertSettings, Hours, NamedHours, Number, Organisation, Queue, RecordingRules, Trunk, User,
};

/// A snapshot of the configuration that calls are routed by.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    organisations: Vec<Organisation>,
    trunks: HashMap<TrunkId, Trunk>,
    trunk_order: Vec<TrunkId>,
    numbers: Vec<Number>,
    hours: Vec<NamedHours>,
    users: HashMap<UserId, User>,
    queues: Vec<Queue>,
    profiles: Vec<AgentProfile>,
    alerts: HashMap<OrgId, AlertSettings>,
    recording: HashMap<OrgId, RecordingRules>,
    states: HashMap<TrunkId, TrunkState>,
}

impl Plan {
    /// Reads everything anew.
    pub async fn read(store: &dyn Store) -> Result<Self, StoreError> {
        let mut plan = Self { organisations: store.organisations().await?, ..Self::default() };
        let ids: Vec<_> = plan.organisations.iter().map(|o| o.id.clone()).collect();
        for org in &ids {
            for trunk in store.trunks(org).await?.into_iter().filter(|t| t.enabled) {
                plan.trunk_order.push(trunk.id.clone());
                plan.trunks.insert(trunk.id.clone(), trunk);
            }
            plan.numbers.extend(store.numbers(org).await?);
            plan.queues.extend(store.queues(org).await?);
            plan.profiles.extend(store.agent_profiles(org).await?);
            plan.hours.extend(store.hours(org).await?);
            plan.alerts.insert(org.clone(), settings_of(store, org).await?);
            plan.recording.insert(org.clone(), settings_of(store, org).await?);
            for user in store.users(org).await?.into_iter().filter(|u| u.enabled) {
                plan.users.insert(user.id.clone(), user);
            }
        }
        Ok(plan)
    }

    /// Takes over what is live (states) from the plan before.
    pub fn succeed(&mut self, former: Plan) {
        let trunks = &self.trunks;
        self.states = former.states.into_iter().filter(|(id, _)| trunks.contains_key(id)).collect();
    }

    /// What the distributor has to know of each organisation.
    pub fn floors(&self) -> Vec<(OrgId, Order)> {
        let of = |org: &OrgId| Order::Configure {
            queues: self.queues.iter().filter(|queue| queue.org == *org).cloned().collect(),
            people: self.people(org).into_iter().map(|user| (user.id.clone(), user.name.clone())).collect(),
            profiles: self.profiles.iter().filter(|profile| profile.org == *org).cloned().collect(),
        };
        self.organisations.iter().map(|org| (org.id.clone(), of(&org.id))).collect()
    }

    pub fn alerts(&self, org: &OrgId) -> AlertSettings {
        self.alerts.get(org).cloned().unwrap_or_default()
    }

    pub fn recording(&self, org: &OrgId) -> RecordingRules {
        self.recording.get(org).cloned().unwrap_or_default()
    }

    pub fn queue(&self, org: &OrgId, id: &QueueId) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.org == *org && queue.id == *id)
    }

    /// The organisation's oldest queue.
    pub fn first_queue(&self, org: &OrgId) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.org == *org)
    }

    /// The queue that a transfer names: by its id or its name.
    pub fn find_queue(&self, org: &OrgId, name: &str) -> Option<&Queue> {
        let named = |queue: &&Queue| queue.id.as_str() == name || queue.name.eq_ignore_ascii_case(name);
        self.queues.iter().filter(|queue| queue.org == *org).find(named)
    }

    pub fn time_zone(&self, org: &OrgId) -> Option<String> {
        self.organisations.iter().find(|o| o.id == *org).map(|o| o.time_zone.clone())
    }

    pub fn trunk(&self, org: &OrgId, id: &TrunkId) -> Option<&Trunk> {
        self.trunks.get(id).filter(|t| t.org == *org)
    }

    /// The organisation's first enabled trunk.
    pub fn first_trunk(&self, org: &OrgId) -> Option<&Trunk> {
        self.trunk_order.iter().filter_map(|id| self.trunks.get(id)).find(|t| t.org == *org)
    }

    pub fn trunk_owner(&self, id: &TrunkId) -> Option<OrgId> {
        self.trunks.get(id).map(|t| t.org.clone())
    }

    pub fn user(&self, id: &UserId) -> Option<&User> {
        self.users.get(id)
    }

    /// Somebody a transfer may name: a user's id, e-mail address or phone name.
    pub fn find_person(&self, org: &OrgId, name: &str) -> Option<&User> {
        self.users.values().filter(|u| u.org == *org).find(|u| {
            u.id.as_str() == name
                || u.email.as_str().eq_ignore_ascii_case(name)
                || u.phone_name.as_deref() == Some(name)
        })
    }

    /// Everyone of the organisation who might take a call, lowest role first, then by id.
    pub fn people(&self, org: &OrgId) -> Vec<&User> {
        let mut people: Vec<_> = self.users.values().filter(|u| u.org == *org).collect();
        people.sort_by(|a, b| (a.role, &a.id).cmp(&(b.role, &b.id)));
        people
    }

    /// The number that was dialled, however it was written (`+62…`, `0062…`, `62…`).
    pub fn number(&self, org: &OrgId, dialled: &str) -> Option<&Number> {
        let wanted = digits(dialled);
        self.numbers.iter().find(|n| n.org == *org && digits(n.number.as_str()) == wanted)
    }

    /// The organisation's hours of this name.
    pub fn hours(&self, org: &OrgId, name: &str) -> Option<&Hours> {
        self.hours.iter().find(|row| row.org == *org && row.name == name).map(|row| &row.hours)
    }

    pub fn set_state(&mut self, trunk: TrunkId, state: TrunkState) {
        self.states.insert(trunk, state);
    }

    pub fn states(&self, org: &OrgId) -> Vec<(TrunkId, TrunkState)> {
        self.trunk_order
            .iter()
            .filter(|id| self.trunks.get(*id).is_some_and(|t| t.org == *org))
            .map(|id| (id.clone(), self.states.get(id).cloned().unwrap_or(TrunkState::Unmonitored)))
            .collect()
    }

    /// How much the trunk may carry; `None` where it is not there or switched off.
    pub fn limits(&self, trunk: &TrunkId) -> Option<Limits> {
        let row = self.trunks.get(trunk)?;
        Some(Limits { max_channels: row.max_channels, max_cps: row.max_cps })
    }

    pub fn number_by_id(&self, org: &OrgId, id: &NumberId) -> Option<&Number> {
        self.numbers.iter().find(|number| number.org == *org && number.id == *id)
    }

    /// Trunks as signalling needs them.
    pub fn trunk_accounts(&self) -> Vec<TrunkAccount> {
        self.trunk_order
            .iter()
            .filter_map(|id| self.trunks.get(id))
            .map(|t| TrunkAccount {
                id: t.id.clone(),
                host: t.host.clone(),
                transport: t.transport,
                domain: t.domain.clone(),
                credentials: t.username.clone().zip(t.password.clone()),
                register: t.register_s,
                accept_from: t.accept_from.iter().filter_map(|a| a.parse().ok()).collect(),
                options_every: t.options_every_s,
            })
            .collect()
    }

    /// Phones as signalling needs them.
    pub fn phone_accounts(&self) -> Vec<PhoneAccount> {
        let account = |u: &User| {
            let (name, password) = u.phone_name.clone().zip(u.phone_password.clone())?;
            Some(PhoneAccount { user: u.id.clone(), name, password })
        };
        self.users.values().filter_map(account).collect()
    }
}

fn digits(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    digits.strip_prefix("00").map(str::to_owned).unwrap_or(digits)
}
