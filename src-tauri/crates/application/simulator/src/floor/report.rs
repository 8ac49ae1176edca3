//! What happened on the floors, and what was broken.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::watched::{Rule, Violation};

/// Of one rule; more tell nothing new.
const MOST_EXAMPLES: u64 = 5;

#[derive(Debug, Default, Clone)]
pub(super) struct Counts {
    pub calls: u64,
    pub answered: u64,
    pub by_assistants: u64,
    pub abandoned: u64,
    pub abandoned_while_ringing: u64,
    pub elsewhere: u64,
    pub overflowed: u64,
    pub call_backs: u64,
    pub called_back: u64,
    pub declined: u64,
    pub missed: u64,
    pub timed_out: u64,
    pub auto_paused: u64,
    pub late_answers: u64,
    pub edits: u64,
    pub longest_wait: Duration,
    pub worst_gini: f64,
}

/// What happened, in how many steps, and what was broken.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FloorReport {
    pub first_seed: u64,
    pub last_seed: u64,
    /// Each a floor of its own.
    pub days: u64,
    /// After each of them everything was looked at.
    pub steps: u64,
    pub calls: u64,
    pub answered: u64,
    pub by_assistants: u64,
    pub abandoned: u64,
    pub abandoned_while_ringing: u64,
    pub sent_elsewhere: u64,
    pub overflowed: u64,
    /// Asked for in the queue.
    pub call_backs: u64,
    pub called_back: u64,
    pub declined: u64,
    pub missed: u64,
    pub timed_out: u64,
    pub auto_paused: u64,
    /// And refused.
    pub late_answers: u64,
    /// What supervisors did.
    pub edits: u64,
    pub longest_wait_s: f64,
    /// Of idle times within floors of equals.
    pub worst_idle_gini: f64,
    pub violations: u64,
    pub by_rule: BTreeMap<Rule, u64>,
    /// The first of them, with the seed that brings each back.
    pub examples: Vec<Violation>,
}

impl FloorReport {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            first_seed: seed,
            last_seed: seed,
            days: 0,
            steps: 0,
            calls: 0,
            answered: 0,
            by_assistants: 0,
            abandoned: 0,
            abandoned_while_ringing: 0,
            sent_elsewhere: 0,
            overflowed: 0,
            call_backs: 0,
            called_back: 0,
            declined: 0,
            missed: 0,
            timed_out: 0,
            auto_paused: 0,
            late_answers: 0,
            edits: 0,
            longest_wait_s: 0.0,
            worst_idle_gini: 0.0,
            violations: 0,
            by_rule: BTreeMap::new(),
            examples: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, seed: u64, steps: u64, counts: &Counts, violations: Vec<Violation>) {
        self.last_seed = seed;
        self.days += 1;
        self.steps += steps;
        self.calls += counts.calls;
        self.answered += counts.answered;
        self.by_assistants += counts.by_assistants;
        self.abandoned += counts.abandoned;
        self.abandoned_while_ringing += counts.abandoned_while_ringing;
        self.sent_elsewhere += counts.elsewhere;
        self.overflowed += counts.overflowed;
        self.call_backs += counts.call_backs;
        self.called_back += counts.called_back;
        self.declined += counts.declined;
        self.missed += counts.missed;
        self.timed_out += counts.timed_out;
        self.auto_paused += counts.auto_paused;
        self.late_answers += counts.late_answers;
        self.edits += counts.edits;
        self.longest_wait_s = self.longest_wait_s.max(counts.longest_wait.as_secs_f64());
        self.worst_idle_gini = self.worst_idle_gini.max(counts.worst_gini);
        for violation in violations {
            self.violations += 1;
            let of_its_kind = self.by_rule.entry(violation.rule).or_default();
            *of_its_kind += 1;
            if *of_its_kind <= MOST_EXAMPLES {
                self.examples.push(violation);
            }
        }
    }
}
