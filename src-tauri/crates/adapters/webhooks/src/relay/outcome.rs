//! What becomes of a delivery after a try. Pure: the instant and the jitter come in.

use std::time::Duration;

use tandem_switchboard::ports::webhooks::{AfterAttempt, Terms};
use tandem_switchboard::records::UnixMs;

use crate::Answered;

/// A receiver cannot put us off for longer.
const LONGEST_PUT_OFF: Duration = Duration::from_secs(24 * 60 * 60);
/// Nor keep all that waits for it from being tried for longer.
const LONGEST_THROTTLE: Duration = Duration::from_secs(60 * 60);
/// How long a receiver that is overloaded is left alone if it does not say.
const THROTTLE: Duration = Duration::from_secs(5);
const GONE: u16 = 410;

/// What a try says of its delivery and of its endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub after: AfterAttempt,
    pub taken: bool,
    /// Switch the endpoint off, for this reason.
    pub disable: Option<&'static str>,
    /// Until then the receiver is sent nothing: it has said that it is overloaded (429, 502, 504).
    pub throttle: Option<UnixMs>,
}

/// `attempts`: tries before this one. `jitter` from 0 to 1 makes a wait up to a tenth longer, so that those who failed
/// together do not come back together.
pub(super) fn judge(
    answered: &Result<Answered, String>,
    terms: Terms,
    attempts: u32,
    now: UnixMs,
    jitter: f64,
) -> Verdict {
    let answer = answered.as_ref().ok();
    let asked = answer.and_then(|answer| answer.retry_after);
    let overloaded = answer.is_some_and(|answer| matches!(answer.status, 429 | 502 | 504));
    let throttle = overloaded.then(|| later(now, asked.unwrap_or(THROTTLE).min(LONGEST_THROTTLE)));
    if answer.is_some_and(|answer| (200..300).contains(&answer.status)) {
        return Verdict { after: AfterAttempt::Delivered, taken: true, disable: None, throttle };
    }
    if answer.is_some_and(|answer| answer.status == GONE) {
        return Verdict { after: AfterAttempt::Failed, taken: false, disable: Some("gone"), throttle };
    }
    let Some(wait) = terms.schedule.get(attempts as usize) else {
        let disable = terms.disable_failing.then_some("failing");
        return Verdict { after: AfterAttempt::Failed, taken: false, disable, throttle };
    };
    let wait = wait.mul_f64(1.0 + jitter.clamp(0.0, 1.0) / 10.0);
    let wait = wait.max(asked.unwrap_or_default().min(LONGEST_PUT_OFF));
    Verdict { after: AfterAttempt::RetryAt(later(now, wait)), taken: false, disable: None, throttle }
}

/// Whether an endpoint took nothing for as long as a whole schedule is; one that took others is not failing, though a
/// message of its own has come to nothing.
pub(super) fn failing_for_all_of(terms: Terms, since: Option<UnixMs>, now: UnixMs) -> bool {
    let whole: Duration = terms.schedule.iter().sum();
    // Tries at the same time note the beginning a little apart.
    let most = whole.mul_f64(0.9);
    since.is_some_and(|since| i128::from(now.0) - i128::from(since.0) >= most.as_millis().cast_signed())
}

fn later(now: UnixMs, wait: Duration) -> UnixMs {
    UnixMs(now.0.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 4)))
}

#[cfg(test)]
mod tests {
    use tandem_switchboard::ports::webhooks::Signature;

    use super::*;

    const TERMS: Terms = Terms {
        signature: Signature::None,
        timeout: Duration::from_secs(1),
        schedule: &[Duration::from_secs(5), Duration::from_secs(300)],
        disable_failing: true,
    };

    fn after(status: u16, retry_after: Option<u64>, attempts: u32) -> Verdict {
        let retry_after = retry_after.map(Duration::from_secs);
        judge(
            &Ok(Answered { status, retry_after, excerpt: String::new() }),
            TERMS,
            attempts,
            UnixMs(1_000),
            0.0,
        )
    }

    #[test]
    fn what_is_taken_is_over_and_what_is_not_waits_by_the_schedule() {
        assert_eq!(after(204, None, 0).after, AfterAttempt::Delivered);
        assert_eq!(after(500, None, 0).after, AfterAttempt::RetryAt(UnixMs(6_000)));
        assert_eq!(
            after(302, None, 1).after,
            AfterAttempt::RetryAt(UnixMs(301_000)),
            "no redirect is followed"
        );
        let last = after(500, None, 2);
        assert_eq!((last.after, last.disable), (AfterAttempt::Failed, Some("failing")));
        let silent = judge(&Err("no answer in time".into()), TERMS, 0, UnixMs(0), 1.0);
        assert_eq!(silent.after, AfterAttempt::RetryAt(UnixMs(5_500)), "with a tenth of jitter");
    }

    #[test]
    fn a_receiver_may_ask_for_a_longer_wait_but_not_for_a_shorter_one_nor_for_ever() {
        assert_eq!(after(429, Some(60), 0).after, AfterAttempt::RetryAt(UnixMs(61_000)));
        assert_eq!(after(503, Some(1), 0).after, AfterAttempt::RetryAt(UnixMs(6_000)));
        assert_eq!(after(503, Some(u64::MAX), 0).after, AfterAttempt::RetryAt(UnixMs(86_401_000)));
    }

    #[test]
    fn who_is_gone_is_left_alone() {
        let gone = after(410, None, 0);
        assert_eq!((gone.after, gone.disable), (AfterAttempt::Failed, Some("gone")));
    }

    #[test]
    fn who_is_overloaded_is_left_alone_for_as_long_as_it_asks_or_a_little() {
        for status in [429, 502, 504] {
            assert_eq!(after(status, None, 0).throttle, Some(UnixMs(6_000)), "{status}");
            assert_eq!(after(status, Some(60), 0).throttle, Some(UnixMs(61_000)), "{status}");
        }
        assert_eq!(after(429, Some(u64::MAX), 0).throttle, Some(UnixMs(3_601_000)));
        assert!([200, 400, 410, 500, 503].iter().all(|status| after(*status, Some(9), 0).throttle.is_none()));
    }

    #[test]
    fn the_standards_schedule_is_ten_tries_over_three_days_and_jitter_never_shortens_it() {
        let tries = |jitter: f64| {
            let mut now = UnixMs(0);
            for attempt in 0.. {
                match judge(&Err("refused".into()), crate::STANDARD, attempt, now, jitter).after {
                    AfterAttempt::RetryAt(at) => now = at,
                    _ => return (attempt + 1, now.0 / 1_000),
                }
            }
            unreachable!("it ends")
        };
        assert_eq!(tries(0.0), (10, ((75 * 60) + 35) * 60 + 5));
        let (count, seconds) = tries(0.999);
        assert!(count == 10 && seconds > 299_000 && seconds < 299_400, "{seconds}");
        assert_eq!(tries(7.0).1, tries(1.0).1, "and is a tenth at most");
    }

    #[test]
    fn only_an_endpoint_that_took_nothing_at_all_is_failing() {
        assert!(failing_for_all_of(TERMS, Some(UnixMs(0)), UnixMs(305_000)));
        assert!(!failing_for_all_of(TERMS, Some(UnixMs(200_000)), UnixMs(305_000)), "it took one in between");
        assert!(!failing_for_all_of(TERMS, None, UnixMs(305_000)));
    }
}
