//! Who meets where: one task owns every conference, feeds its machine and carries out what that puts out.
//!
//! A conference is a room of its own at the media port, named by the conference's id. Each call keeps its room, with
//! its customer, its recording and its transcript; a pair of legs joins the two. The task never waits for anybody:
//! calls are told by their inboxes, and history goes to a journal.

mod acts;
mod desk;
mod dial;
mod order;
mod outputs;
mod recording;
mod room;
mod sounds;

pub(crate) use desk::Conferences;
pub(crate) use order::{ConferenceNews, Joining, Order};
