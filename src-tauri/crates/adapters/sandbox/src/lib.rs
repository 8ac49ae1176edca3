//! The sandbox: a pretend carrier on loopback whose customers speak over real SIP and real RTP.
//!
//! It knows nothing of the exchange it is called by: it has a signalling side, a media engine and a voice of its
//! own, given by the composition root, and hears the other party only through its audio.

mod carrier;
mod crowd;
mod customer_call;
mod customers;
mod line;
mod noise;
mod script;

pub use carrier::{Carrier, CarrierPorts};
pub use customers::{Customer, Customers, CustomersError};
pub use line::{Impairment, LineQuality, Relay};
