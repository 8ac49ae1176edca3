//! Every operation, group by group.

mod alerts;
mod callbacks;
mod calls;
mod conferences;
mod configuration;
mod desk_calls;
mod floor;
mod live;
mod people;
mod reports;
mod routing;
mod session;
mod transfers;
mod vault;
mod webhooks;

use crate::Operation;

/// All operations.
pub fn all() -> impl Iterator<Item = &'static Operation> {
    let groups = [
        session::ALL,
        calls::ALL,
        floor::ALL,
        callbacks::ALL,
        transfers::ALL,
        desk_calls::ALL,
        conferences::ALL,
        reports::ALL,
        routing::ALL,
        configuration::ALL,
        people::ALL,
        vault::ALL,
        webhooks::ALL,
        alerts::ALL,
        live::ALL,
    ];
    groups.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Access, Answer};

    #[test]
    fn ids_and_routes_are_unique() {
        let count = all().count();
        assert!(count >= 42, "{count}");
        assert_eq!(all().map(|operation| operation.id).collect::<BTreeSet<_>>().len(), count);
        let routes: BTreeSet<_> = all().map(|operation| (operation.path, operation.method)).collect();
        assert_eq!(routes.len(), count);
    }

    #[test]
    fn nothing_that_is_spoken_or_owned_is_public() {
        let public: Vec<_> = all()
            .filter(|operation| operation.access == Access::Public)
            .map(|operation| operation.id)
            .collect();
        assert_eq!(public, ["sign_in"]);
        let tickets = all().filter(|operation| operation.access == Access::Ticket);
        assert!(tickets.into_iter().all(|operation| matches!(operation.answer, Answer::Socket)));
    }

    #[test]
    fn placing_a_call_takes_an_idempotency_key() {
        let place = all().find(|operation| operation.id == "place_call").expect("declared");
        assert!(place.idempotent);
    }
}
