//! Who hears whom: the matrix of a room, from the modes of those in it.

use tandem_foundation::LegId;

use crate::io::Mode;
use crate::people::Person;

/// Derives the pairs (listener, speaker). `assistant_heard`: the customer and our people hear the assistant.
/// `held`: the customer hears nobody and is heard by nobody, while our side talks to whom it consults.
/// `bridge`: a conference that the call is in; it hears what the customer hears, and everybody but the held hears it.
pub(crate) fn matrix<'a>(
    customer: LegId,
    assistant: Option<LegId>,
    bridge: Option<LegId>,
    assistant_heard: bool,
    held: bool,
    people: impl Iterator<Item = &'a Person> + Clone,
) -> Vec<(LegId, LegId)> {
    let present = people
        .filter(|p| p.mode != Mode::Offered)
        .filter_map(|p| p.leg.map(|leg| (leg, p.mode)))
        // One who is consulted waits apart while the customer is talked to.
        .filter(|(_, mode)| held || *mode != Mode::Consulted);
    let speaking_assistant = assistant.filter(|_| assistant_heard);
    let mut pairs: Vec<_> = speaking_assistant.map(|leg| (customer, leg)).into_iter().collect();
    if let Some(bridge) = bridge {
        pairs.extend([(customer, bridge), (bridge, customer)]);
        pairs.extend(speaking_assistant.map(|leg| (bridge, leg)));
    }
    for (leg, mode) in present.clone() {
        if matches!(mode, Mode::Barge | Mode::Floor) {
            pairs.push((customer, leg));
            pairs.extend(bridge.map(|bridge| (bridge, leg)));
        }
        pairs.extend(bridge.map(|bridge| (leg, bridge)));
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
    if held {
        // What is said in private is not for the conference either.
        let apart = |leg: LegId| leg == customer || Some(leg) == bridge;
        pairs.retain(|(listener, speaker)| !apart(*listener) && !apart(*speaker));
    }
    pairs.sort_unstable();
    pairs
}
