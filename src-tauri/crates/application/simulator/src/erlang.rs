//! What theory says of a queue with random arrivals and exponential calls, to measure the simulated one by.
//!
//! Sources: A. K. Erlang (1917) for queues in which nobody gives up; C. Palm (1957), as in Mandelbaum and Zeltyn,
//! "Service engineering in action: the Palm/Erlang-A queue" (2007), for those in which callers do.

/// Nobody gives up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErlangC {
    /// Chance to wait at all.
    pub waits: f64,
    /// Mean wait of all callers, s.
    pub mean_wait: f64,
    servers: f64,
    rate: f64,
    handling: f64,
}

impl ErlangC {
    /// `rate`: calls a second; `handling`: s a call. `None` where agents cannot keep up.
    pub fn new(rate: f64, handling: f64, servers: u32) -> Option<Self> {
        let load = rate * handling;
        let count = f64::from(servers);
        if servers == 0 || load >= count {
            return None;
        }
        // Erlang B by its recursion, which never overflows.
        let blocked = (1..=servers).fold(1.0, |b, n| load * b / (f64::from(n) + load * b));
        let waits = blocked / (1.0 - load / count * (1.0 - blocked));
        Some(Self { waits, mean_wait: waits * handling / (count - load), servers: count, rate, handling })
    }

    /// Share of callers who are answered within so many seconds.
    pub fn answered_within(&self, seconds: f64) -> f64 {
        let spare = self.servers / self.handling - self.rate;
        1.0 - self.waits * (-spare * seconds).exp()
    }

    /// Share of the agents' time that they talk.
    pub fn occupancy(&self) -> f64 {
        self.rate * self.handling / self.servers
    }
}

/// Callers give up after an exponential time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErlangA {
    /// Share of callers who give up.
    pub abandoned: f64,
    /// Mean time in the queue of all callers, answered or not, s.
    pub mean_wait: f64,
    pub occupancy: f64,
}

impl ErlangA {
    /// `rate`: calls a second; `handling`, `patience`: mean s. Solved as a birth-death process whose states beyond the
    /// first negligible one are cut off.
    pub fn new(rate: f64, handling: f64, patience: f64, servers: u32) -> Option<Self> {
        if servers == 0 || rate <= 0.0 || handling <= 0.0 || patience <= 0.0 {
            return None;
        }
        let (served, lost) = (1.0 / handling, 1.0 / patience);
        let count = f64::from(servers);
        // Relative to the state in which all agents talk and nobody waits, so that nothing over- or underflows.
        let mut busy = (0.0, 0.0);
        let mut share = 1.0;
        for n in (0..servers).rev() {
            share *= f64::from(n + 1) * served / rate;
            busy = (busy.0 + share, busy.1 + share * f64::from(n));
        }
        let (mut waiting, mut full) = (0.0, 1.0);
        let (mut share, mut queue) = (1.0, 0.0);
        while share > 1e-15 || queue < 1.0 {
            queue += 1.0;
            share *= rate / (count * served + queue * lost);
            (waiting, full) = (waiting + share * queue, full + share);
        }
        let all = busy.0 + full;
        let (waiting, talking) = (waiting / all, (busy.1 + full * count) / all);
        Some(Self { abandoned: waiting * lost / rate, mean_wait: waiting / rate, occupancy: talking / count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls an hour, agents, occupancy and mean wait at 180 s a call, as published tables have them.
    const TABLE: [(f64, u32, f64, f64); 7] = [
        (60.0, 5, 0.60, 21.0),
        (100.0, 8, 0.63, 10.0),
        (200.0, 14, 0.71, 8.0),
        (500.0, 30, 0.83, 9.0),
        (1_000.0, 56, 0.89, 9.0),
        (2_000.0, 107, 0.94, 10.0),
        (4_000.0, 208, 0.96, 10.5),
    ];

    #[test]
    fn the_usual_table_comes_out() {
        for (calls, agents, occupancy, wait) in TABLE {
            let theory = ErlangC::new(calls / 3_600.0, 180.0, agents).expect("stable");
            assert!((theory.occupancy() - occupancy).abs() < 0.01, "{calls}: {}", theory.occupancy());
            assert!((theory.mean_wait - wait).abs() < 0.6, "{calls}: {}", theory.mean_wait);
            assert!(theory.answered_within(20.0) >= 0.8, "{calls}: {}", theory.answered_within(20.0));
            // One agent fewer would not do; that is what the table is for.
            let fewer = ErlangC::new(calls / 3_600.0, 180.0, agents - 1);
            assert!(fewer.is_none_or(|theory| theory.answered_within(20.0) < 0.8), "{calls}");
        }
    }

    #[test]
    fn callers_without_end_of_patience_are_erlang_c_and_one_server_is_known_in_full() {
        let (rate, handling) = (500.0 / 3_600.0, 180.0);
        let c = ErlangC::new(rate, handling, 30).expect("stable");
        let a = ErlangA::new(rate, handling, 1e9, 30).expect("solved");
        assert!((a.mean_wait - c.mean_wait).abs() < 0.01, "{a:?} {c:?}");
        // With patience as long as calls, the number in the system is Poisson (M/M/infinity), whatever the servers.
        let a = ErlangA::new(2.0, 1.0, 1.0, 1).expect("solved");
        let talking = 1.0 - (-2.0_f64).exp();
        assert!((a.occupancy - talking).abs() < 1e-9, "{a:?}");
        assert!((a.abandoned - (2.0 - talking) / 2.0).abs() < 1e-9, "{a:?}");
        assert_eq!(ErlangC::new(2.0, 1.0, 1), None);
    }
}
