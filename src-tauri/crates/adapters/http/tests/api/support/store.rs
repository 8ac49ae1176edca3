//! Storage in memory, as the port describes it.

use std::collections::HashMap;

use async_trait::async_trait;
use parking_lot::Mutex;
use tandem_foundation::*;
use tandem_switchboard::ports::store::*;
use tandem_switchboard::ports::trace::SipTraces;
use tandem_switchboard::records::*;

#[derive(Default)]
pub struct Data {
    pub organisations: Vec<Organisation>,
    pub users: Vec<User>,
    pub calls: Vec<Call>,
    pub items: Vec<TranscriptItem>,
    pub events: Vec<Event>,
    pub assistants: Vec<Assistant>,
    pub trunks: Vec<Trunk>,
    pub numbers: Vec<Number>,
    pub keys: Vec<ApiKey>,
    pub sessions: Vec<Session>,
    pub hours: Vec<NamedHours>,
    pub callbacks: Vec<Callback>,
    pub voicemails: Vec<Voicemail>,
    pub conferences: Vec<Conference>,
    pub sip_messages: Vec<(OrgId, SipMessage)>,
    pub providers: Vec<Provider>,
    pub queues: Vec<Queue>,
    pub agents: Vec<AgentProfile>,
    pub fallback: Option<ProviderFallback>,
    pub retention: Retention,
    pub settings: HashMap<(OrgId, &'static str), serde_json::Value>,
    pub idempotency: HashMap<String, (String, Option<(u16, String)>)>,
}

#[derive(Default)]
pub struct MemoryStore {
    pub data: Mutex<Data>,
}

type Result<T> = std::result::Result<T, StoreError>;

fn missing<T>(operation: &'static str) -> Result<T> {
    Err(StoreError::NotFound { operation })
}

impl Data {
    pub fn add(&mut self, org: &OrgId, events: Vec<NewEvent>) -> Vec<Event> {
        let mut added = Vec::new();
        for event in events {
            let seq = self.events.last().map_or(0, |event| event.seq) + 1;
            added.push(Event { seq, org: org.clone(), call: event.call, at: event.at, body: event.body });
            self.events.extend(added.last().cloned());
        }
        added
    }
}

macro_rules! put {
    ($data:expr, $table:ident, $row:expr) => {{
        let row = $row;
        $data.$table.retain(|old| old.id != row.id);
        $data.$table.push(row);
    }};
}

#[async_trait]
impl CallStore for MemoryStore {
    async fn commit(&self, org: &OrgId, commit: Commit) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        if let Some(call) = commit.call {
            put!(data, calls, call);
        }
        data.items.extend(commit.items);
        for row in commit.agents {
            data.agents.retain(|old| old.user != row.user);
            data.agents.push(row);
        }
        Ok(data.add(org, commit.events))
    }

    async fn call(&self, org: &OrgId, id: &CallId) -> Result<Call> {
        let data = self.data.lock();
        let found = data.calls.iter().find(|call| call.org == *org && call.id == *id);
        found.cloned().map_or_else(|| missing("reading a call"), Ok)
    }

    async fn calls(&self, org: &OrgId, filter: CallFilter) -> Result<Page<Call>> {
        let data = self.data.lock();
        let mut rows: Vec<_> = data.calls.iter().filter(|call| call.org == *org).cloned().collect();
        rows.retain(|call| {
            filter.status.is_none_or(|status| call.status == status)
                && (!filter.live_only || !call.status.is_final())
                && filter.search.as_ref().is_none_or(|text| call.to.as_str().contains(text.as_str()))
        });
        rows.sort_by(|a, b| (b.created_at, b.id.as_str()).cmp(&(a.created_at, a.id.as_str())));
        if let Some(after) = &filter.after {
            rows.retain(|call| (call.created_at, call.id.as_str()) < (after.created_at, after.id.as_str()));
        }
        let more = rows.len() > filter.limit as usize;
        rows.truncate(filter.limit as usize);
        let next = rows.last().filter(|_| more);
        let next = next.map(|call| PageKey { created_at: call.created_at, id: call.id.to_string() });
        Ok(Page { items: rows, next })
    }

    async fn transcript(&self, _org: &OrgId, call: &CallId) -> Result<Vec<TranscriptItem>> {
        Ok(self.data.lock().items.iter().filter(|item| item.call == *call).cloned().collect())
    }

    async fn call_events(&self, org: &OrgId, call: &CallId) -> Result<Vec<Event>> {
        let data = self.data.lock();
        Ok(data.events.iter().filter(|e| e.org == *org && e.call.as_ref() == Some(call)).cloned().collect())
    }

    async fn events_after(&self, org: &OrgId, seq: i64, limit: u32) -> Result<Vec<Event>> {
        let data = self.data.lock();
        let after = data.events.iter().filter(|event| event.org == *org && event.seq > seq);
        Ok(after.take(limit as usize).cloned().collect())
    }

    async fn last_seq(&self, org: &OrgId) -> Result<i64> {
        Ok(self.data.lock().events.iter().rfind(|event| event.org == *org).map_or(0, |event| event.seq))
    }

    async fn is_do_not_call(&self, _org: &OrgId, _number: &str) -> Result<bool> {
        Ok(false)
    }

    async fn unfinished_calls(&self) -> Result<Vec<Call>> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl SipTraces for MemoryStore {
    async fn put_sip_messages(&self, org: &OrgId, messages: Vec<SipMessage>) -> Result<()> {
        let rows = messages.into_iter().map(|message| (org.clone(), message));
        self.data.lock().sip_messages.extend(rows);
        Ok(())
    }

    async fn sip_messages(&self, org: &OrgId, call: &CallId) -> Result<Vec<SipMessage>> {
        let data = self.data.lock();
        let rows = data.sip_messages.iter().filter(|(of, row)| of == org && row.call == *call);
        Ok(rows.map(|(_, row)| row.clone()).collect())
    }

    async fn sip_trace_days(&self, _org: &OrgId) -> Result<Option<u32>> {
        Ok(Some(7))
    }
}

#[async_trait]
impl Directory for MemoryStore {
    async fn organisations(&self) -> Result<Vec<Organisation>> {
        Ok(self.data.lock().organisations.clone())
    }

    async fn put_organisation(&self, row: Organisation) -> Result<()> {
        put!(self.data.lock(), organisations, row);
        Ok(())
    }

    async fn assistants(&self, org: &OrgId) -> Result<Vec<Assistant>> {
        Ok(self.data.lock().assistants.iter().filter(|row| row.org == *org).cloned().collect())
    }

    async fn assistant(&self, org: &OrgId, id: &AssistantId) -> Result<Assistant> {
        let data = self.data.lock();
        let found = data.assistants.iter().find(|row| row.org == *org && row.id == *id);
        found.cloned().map_or_else(|| missing("reading an assistant"), Ok)
    }

    async fn put_assistant(
        &self,
        row: Assistant,
        expected: Option<i64>,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        let old = data.assistants.iter().find(|old| old.id == row.id).map(|old| old.version);
        let conflict = |field| Err(StoreError::Conflict { operation: "writing an assistant", field });
        if old != expected {
            return conflict("version");
        }
        if data.assistants.iter().any(|o| o.org == row.org && o.code == row.code && o.id != row.id) {
            return conflict("code");
        }
        let org = row.org.clone();
        put!(data, assistants, row);
        Ok(data.add(&org, events))
    }

    async fn delete_assistant(&self, org: &OrgId, id: &AssistantId, e: Vec<NewEvent>) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        data.assistants.retain(|row| row.org != *org || row.id != *id);
        Ok(data.add(org, e))
    }

    async fn trunks(&self, org: &OrgId) -> Result<Vec<Trunk>> {
        Ok(self.data.lock().trunks.iter().filter(|row| row.org == *org).cloned().collect())
    }

    async fn put_trunk(&self, row: Trunk, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let (mut data, org) = (self.data.lock(), row.org.clone());
        put!(data, trunks, row);
        Ok(data.add(&org, events))
    }

    async fn delete_trunk(&self, org: &OrgId, id: &TrunkId, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        data.trunks.retain(|row| row.org != *org || row.id != *id);
        Ok(data.add(org, events))
    }

    async fn numbers(&self, org: &OrgId) -> Result<Vec<Number>> {
        Ok(self.data.lock().numbers.iter().filter(|row| row.org == *org).cloned().collect())
    }

    async fn put_number(&self, row: Number, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let (mut data, org) = (self.data.lock(), row.org.clone());
        if data.numbers.iter().any(|old| old.number == row.number && old.id != row.id) {
            return Err(StoreError::Conflict { operation: "writing a number", field: "number" });
        }
        put!(data, numbers, row);
        Ok(data.add(&org, events))
    }

    async fn delete_number(&self, org: &OrgId, id: &NumberId, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        data.numbers.retain(|row| row.org != *org || row.id != *id);
        Ok(data.add(org, events))
    }

    async fn users(&self, org: &OrgId) -> Result<Vec<User>> {
        Ok(self.data.lock().users.iter().filter(|row| row.org == *org).cloned().collect())
    }

    async fn user(&self, org: &OrgId, id: &UserId) -> Result<User> {
        let data = self.data.lock();
        let found = data.users.iter().find(|row| row.org == *org && row.id == *id);
        found.cloned().map_or_else(|| missing("reading a person"), Ok)
    }

    async fn user_by_email(&self, email: &str) -> Result<User> {
        let data = self.data.lock();
        let found = data.users.iter().find(|row| row.email.as_str() == email);
        found.cloned().map_or_else(|| missing("signing in"), Ok)
    }

    async fn put_user(&self, row: User, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let (mut data, org) = (self.data.lock(), row.org.clone());
        if data.users.iter().any(|old| old.email == row.email && old.id != row.id) {
            return Err(StoreError::Conflict { operation: "writing a person", field: "email" });
        }
        put!(data, users, row);
        Ok(data.add(&org, events))
    }
}

#[async_trait]
impl Access for MemoryStore {
    async fn keys(&self, org: &OrgId) -> Result<Vec<ApiKey>> {
        Ok(self.data.lock().keys.iter().filter(|row| row.org == *org).cloned().collect())
    }

    async fn put_key(&self, row: ApiKey, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        let (mut data, org) = (self.data.lock(), row.org.clone());
        put!(data, keys, row);
        Ok(data.add(&org, events))
    }

    async fn revoke_key(
        &self,
        org: &OrgId,
        id: &KeyId,
        at: UnixMs,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>> {
        let mut data = self.data.lock();
        for row in data.keys.iter_mut().filter(|row| row.org == *org && row.id == *id) {
            row.revoked_at = Some(at);
        }
        Ok(data.add(org, events))
    }

    async fn key_by_hash(&self, hash: &str) -> Result<ApiKey> {
        let data = self.data.lock();
        let found = data.keys.iter().find(|row| row.hash == hash && row.revoked_at.is_none());
        found.cloned().map_or_else(|| missing("reading a key"), Ok)
    }

    async fn touch_key(&self, _org: &OrgId, id: &KeyId, at: UnixMs) -> Result<()> {
        let mut data = self.data.lock();
        data.keys.iter_mut().filter(|row| row.id == *id).for_each(|row| row.last_used_at = Some(at));
        Ok(())
    }

    async fn put_session(&self, row: Session) -> Result<()> {
        put!(self.data.lock(), sessions, row);
        Ok(())
    }

    async fn session_by_hash(&self, hash: &str, now: UnixMs) -> Result<(Session, User)> {
        let data = self.data.lock();
        let session = data.sessions.iter().find(|row| row.token_hash == hash && row.expires_at > now);
        let Some(session) = session else { return missing("reading a session") };
        let user = data.users.iter().find(|user| user.id == session.user).cloned();
        user.map_or_else(|| missing("reading a session"), |user| Ok((session.clone(), user)))
    }

    async fn touch_session(&self, _org: &OrgId, id: &SessionId, at: UnixMs) -> Result<()> {
        let mut data = self.data.lock();
        data.sessions.iter_mut().filter(|row| row.id == *id).for_each(|row| row.seen_at = at);
        Ok(())
    }

    async fn delete_session(&self, _org: &OrgId, id: &SessionId) -> Result<()> {
        self.data.lock().sessions.retain(|row| row.id != *id);
        Ok(())
    }

    async fn claim_idempotency(
        &self,
        org: &OrgId,
        key: &str,
        hash: &str,
        _now: UnixMs,
    ) -> Result<IdempotencyClaim> {
        let mut data = self.data.lock();
        let key = format!("{org}/{key}");
        Ok(match data.idempotency.get(&key) {
            Some((old, _)) if old != hash => IdempotencyClaim::Mismatch,
            Some((_, None)) => IdempotencyClaim::Running,
            Some((_, Some((status, body)))) => {
                IdempotencyClaim::Replay { status: *status, body: body.clone() }
            }
            None => {
                data.idempotency.insert(key, (hash.to_owned(), None));
                IdempotencyClaim::Fresh
            }
        })
    }

    async fn finish_idempotency(&self, org: &OrgId, key: &str, status: u16, body: &str) -> Result<()> {
        let mut data = self.data.lock();
        if let Some(row) = data.idempotency.get_mut(&format!("{org}/{key}")) {
            row.1 = Some((status, body.to_owned()));
        }
        Ok(())
    }

    async fn release_idempotency(&self, org: &OrgId, key: &str) -> Result<()> {
        self.data.lock().idempotency.remove(&format!("{org}/{key}"));
        Ok(())
    }
}
