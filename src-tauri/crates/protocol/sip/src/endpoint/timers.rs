//! One deadline for each key, in order of time.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::time::Instant;

#[derive(Debug)]
pub(super) struct Timers<K> {
    due: BTreeMap<(Instant, u64), K>,
    places: HashMap<K, (Instant, u64)>,
    /// Keeps keys of the same instant in the order they were set.
    next: u64,
}

impl<K: Copy + Eq + Hash> Timers<K> {
    pub fn new() -> Timers<K> {
        Timers { due: BTreeMap::new(), places: HashMap::new(), next: 0 }
    }

    /// Sets, moves or (with `None`) takes away the key's deadline.
    pub fn set(&mut self, key: K, at: Option<Instant>) {
        match (self.places.get(&key), at) {
            (Some((old, _)), Some(new)) if *old == new => return,
            (Some(place), _) => drop(self.due.remove(place)),
            (None, _) => {}
        }
        let Some(at) = at else {
            self.places.remove(&key);
            return;
        };
        self.next += 1;
        self.due.insert((at, self.next), key);
        self.places.insert(key, (at, self.next));
    }

    pub fn next(&self) -> Option<(Instant, K)> {
        self.due.first_key_value().map(|((at, _), key)| (*at, *key))
    }

    /// Takes the first key that is due.
    pub fn pop(&mut self, now: Instant) -> Option<K> {
        let (place, key) = self.due.first_key_value().map(|(place, key)| (*place, *key))?;
        if place.0 > now {
            return None;
        }
        self.due.remove(&place);
        self.places.remove(&key);
        Some(key)
    }
}
