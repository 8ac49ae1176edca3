//! Who hears whom: the matrix of a room, from the modes of those in it.

use tandem_foundation::LegId;

use crate::io::Mode;
use crate::people::Person;

/// Derives the pairs (listener, speaker). `assistant_heard`: the customer and our people hear the assistant.
pub(crate) fn matrix<'a>(
    customer: LegId,
    assistant: Option<LegId>,
    assistant_heard: bool,
    people: impl Iterator<Item = &'a Person> + Clone,
) -> Vec<(LegId, LegId)> {
    let there = people.filter(|p| p.mode != Mode::Offered);
    let present = there.filter_map(|p| p.leg.map(|leg| (leg, p.mode)));
    let speaking_assistant = assistant.filter(|_| assistant_heard);
    let mut pairs: Vec<_> = speaking_assistant.map(|leg| (customer, leg)).into_iter().collect();
    for (leg, mode) in present.clone() {
        if matches!(mode, Mode::Barge | Mode::Floor) {
            pairs.push((customer, leg));
        }
        pairs.push((leg, customer));
        pairs.extend(speaking_assistant.map(|speaker| (leg, speaker)));
        // Our side hears everyone of ours but those who only listen.
        pairs.extend(
            present
                .clone()
                .filter(|(other, mode)| *other != leg && *mode != Mode::Listen)
                .map(|(other, _)| (leg, other)),
        );
    }
    pairs.sort_unstable();
    pairs
}
