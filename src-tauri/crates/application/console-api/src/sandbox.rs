//! The sandbox's customers; offered only where the server runs with a sandbox.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::check::{self, Check, Findings};

/// A simulated customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SandboxCustomer {
    /// E.164 with `+`.
    pub number: String,
    pub name: String,
    /// What the customer does, in a sentence.
    pub description: String,
}

/// All simulated customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SandboxCustomers {
    pub items: Vec<SandboxCustomer>,
}

/// Let a simulated customer call one of our numbers.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallIn {
    /// The customer's number, E.164 with `+`.
    #[schema(pattern = r"^\+[1-9][0-9]{1,14}$")]
    pub from: String,
    /// Our number, E.164 with `+`.
    #[schema(pattern = r"^\+[1-9][0-9]{1,14}$")]
    pub to: String,
}

/// The customer is dialling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallInStarted {
    /// SIP Call-ID that the customer's call carries; a call of ours shows it as `sip_call_id`.
    pub sip_call_id: String,
}

impl Check for CallIn {
    fn check(&self, found: &mut Findings) {
        check::e164(found, "from", &self.from);
        check::e164(found, "to", &self.to);
    }
}
