//! Foreign telephones against the exchange: one cell of the matrix is one real call.

mod baresip;
mod cell;
mod identity;
mod kamailio;
mod linphone;
mod phone;
mod program;
mod sipp;
mod sound;
mod table;
mod trace;

pub use cell::{Cell, Codec, Direction, Ender, Peer, Transport, Way};
pub use table::{Verdict, run_all, write_table};
