//! What becomes of a delivery after a try. Pure: the instant and the jitter come in.

use std::time::Duration;

use tandem_switchboard::ports::webhooks::{AfterAttempt, Terms};
use tandem_switchboard::records::UnixMs;

use crate::Answered;

/// A receiver cannot put us off for longer.
const LONGEST_PUT_OFF: Duration = Duration::from_secs(24 * 60 * 60);
const GONE: u16 = 410;

/// What a try says of its delivery and of its endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub after: AfterAttempt,
    pub taken: bool,
    /// Switch the endpoint off, for this reason.
    pub disable: Option<&'static str>,
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
    if answer.is_some_and(|answer| (200..300).contains(&answer.status)) {
        return Verdict { after: AfterAttempt::Delivered, taken: true, disable: None };
    }
    if answer.is_some_and(|answer| answer.status == GONE) {
        return Verdict { after: AfterAttempt::Failed, taken: false, disable: Some("gone") };
    }
    let Some(wait) = terms.schedule.get(attempts as usize) else {
        let disable = terms.disable_failing.then_some("failing");
        return Verdict { after: AfterAttempt::Failed, taken: false, disable };
    };
    let wait = wait.mul_f64(1.0 + jitter.clamp(0.0, 1.0) / 10.0);
    let asked = answer.and_then(|answer| answer.retry_after).unwrap_or_default().min(LONGEST_PUT_OFF);
    let wait = i64::try_from(wait.max(asked).as_millis()).unwrap_or(i64::MAX / 4);
    Verdict { after: AfterAttempt::RetryAt(UnixMs(now.0 + wait)), taken: false, disable: None }
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
        judge(&Ok(Answered { status, retry_after }), TERMS, attempts, UnixMs(1_000), 0.0)
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
}
