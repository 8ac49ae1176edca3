//! Which task owns a call, and which call a leg belongs to.

use std::collections::HashMap;

use parking_lot::RwLock;
use tandem_foundation::{CallId, LegId, OrgId};
use tokio::sync::mpsc;

use crate::call_task::CallMessage;

/// The way to a call's task.
#[derive(Debug, Clone)]
pub(crate) struct CallAddress {
    pub org: OrgId,
    pub inbox: mpsc::UnboundedSender<CallMessage>,
}

/// Live calls and their legs.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    calls: RwLock<HashMap<CallId, CallAddress>>,
    legs: RwLock<HashMap<LegId, CallId>>,
}

impl Registry {
    pub fn add_call(&self, id: CallId, address: CallAddress) {
        self.calls.write().insert(id, address);
    }

    pub fn add_leg(&self, leg: LegId, call: CallId) {
        self.legs.write().insert(leg, call);
    }

    pub fn remove_leg(&self, leg: LegId) {
        self.legs.write().remove(&leg);
    }

    pub fn remove_call(&self, id: &CallId) {
        self.calls.write().remove(id);
        self.legs.write().retain(|_, call| call != id);
    }

    pub fn call(&self, org: &OrgId, id: &CallId) -> Option<CallAddress> {
        self.calls.read().get(id).filter(|a| a.org == *org).cloned()
    }

    pub fn of_organisation(&self, org: &OrgId) -> Vec<CallAddress> {
        self.calls.read().values().filter(|a| a.org == *org).cloned().collect()
    }

    pub fn all(&self) -> Vec<CallAddress> {
        self.calls.read().values().cloned().collect()
    }

    pub fn is_live(&self, id: &CallId) -> bool {
        self.calls.read().contains_key(id)
    }

    pub fn len(&self) -> usize {
        self.calls.read().len()
    }

    pub fn owns(&self, leg: LegId) -> bool {
        self.legs.read().contains_key(&leg)
    }

    /// Hands a message to the call that owns the leg; `false` when no call does.
    pub fn to_leg(&self, leg: LegId, message: CallMessage) -> bool {
        let Some(call) = self.legs.read().get(&leg).cloned() else { return false };
        self.to_call(&call, message)
    }

    /// Hands a message to a call, whatever its organisation (engine events only).
    pub fn to_call(&self, id: &CallId, message: CallMessage) -> bool {
        self.calls.read().get(id).is_some_and(|a| a.inbox.send(message).is_ok())
    }
}
