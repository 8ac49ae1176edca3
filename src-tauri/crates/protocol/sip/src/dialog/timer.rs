//! Session timers: how long a call stands without a sign of life (RFC 4028).

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// Who sends the refreshes, seen from the request the parameter stands in or answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresher {
    /// Who sent the request.
    Uac,
    /// Who answers it.
    Uas,
}

/// The Session-Expires header (RFC 4028 section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionExpires {
    pub seconds: u32,
    pub refresher: Option<Refresher>,
}

/// The text is no Session-Expires value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("reading Session-Expires: no number of seconds, or an unknown refresher")]
pub struct NotSessionExpires;

/// One side's view of a running session timer.
#[derive(Debug, Clone)]
pub struct SessionTimer {
    seconds: u32,
    ours: bool,
    refresh_at: Option<Instant>,
    ends_at: Instant,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionDue {
    Nothing,
    /// Send UPDATE or re-INVITE.
    Refresh,
    /// No refresh got through: send BYE.
    Expired,
}

impl SessionTimer {
    /// Starts, or starts again after a refresh. `ours`: we send the refreshes.
    pub fn start(now: Instant, seconds: u32, ours: bool) -> SessionTimer {
        let whole = Duration::from_secs(seconds.into());
        // BYE goes out before the end: by 32 s or a third, whichever is less (RFC 4028 section 10).
        let margin = Duration::from_secs(32).min(whole / 3);
        SessionTimer {
            seconds,
            ours,
            refresh_at: ours.then_some(now + whole / 2),
            ends_at: now + whole - margin,
        }
    }

    pub fn seconds(&self) -> u32 {
        self.seconds
    }

    /// Whether we send the refreshes.
    pub fn is_ours(&self) -> bool {
        self.ours
    }

    pub fn next_deadline(&self) -> Instant {
        self.refresh_at.map_or(self.ends_at, |at| at.min(self.ends_at))
    }

    /// To be called at the deadline. After `Refresh` nothing more is due before the end, unless `try_again` is called.
    pub fn due(&mut self, now: Instant) -> SessionDue {
        if self.ends_at <= now {
            return SessionDue::Expired;
        }
        match self.refresh_at {
            Some(at) if at <= now => {
                self.refresh_at = None;
                SessionDue::Refresh
            }
            _ => SessionDue::Nothing,
        }
    }

    /// The peer wants at least so many seconds between refreshes; the time already running stays as it is.
    pub fn raise(&mut self, seconds: u32) {
        self.seconds = self.seconds.max(seconds);
    }

    /// A refresh failed or could not be sent: another after `wait`, while there is time.
    pub fn try_again(&mut self, now: Instant, wait: Duration) {
        self.refresh_at = Some(now + wait);
    }
}

impl FromStr for SessionExpires {
    type Err = NotSessionExpires;

    fn from_str(text: &str) -> Result<SessionExpires, NotSessionExpires> {
        let mut parts = text.split(';').map(str::trim);
        let seconds = parts.next().and_then(|s| s.parse().ok()).ok_or(NotSessionExpires)?;
        let mut refresher = None;
        for part in parts {
            let Some((name, value)) = part.split_once('=') else { continue };
            if name.trim().eq_ignore_ascii_case("refresher") {
                refresher = match value.trim() {
                    v if v.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
                    v if v.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
                    _ => return Err(NotSessionExpires),
                };
            }
        }
        Ok(SessionExpires { seconds, refresher })
    }
}

impl fmt::Display for SessionExpires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.seconds)?;
        match self.refresher {
            Some(Refresher::Uac) => f.write_str(";refresher=uac"),
            Some(Refresher::Uas) => f.write_str(";refresher=uas"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_and_written() {
        for (text, seconds, refresher) in [
            ("1800", 1800, None),
            ("90;refresher=uac", 90, Some(Refresher::Uac)),
            ("4000 ; x=1 ; Refresher = UAS", 4000, Some(Refresher::Uas)),
        ] {
            let read: SessionExpires = text.parse().expect("readable");
            assert_eq!(read, SessionExpires { seconds, refresher });
            assert_eq!(read.to_string().parse(), Ok(read));
        }
        for text in ["", "soon", "-1", "90;refresher=me", "99999999999"] {
            assert_eq!(text.parse::<SessionExpires>(), Err(NotSessionExpires), "{text}");
        }
    }

    #[test]
    fn the_refresher_refreshes_at_half_time_and_both_give_up_before_the_end() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut ours = SessionTimer::start(start, 90, true);
        assert_eq!(ours.next_deadline(), after(45));
        assert_eq!(ours.due(after(44)), SessionDue::Nothing);
        assert_eq!(ours.due(after(45)), SessionDue::Refresh);
        assert_eq!(ours.next_deadline(), after(60), "a third before the end");
        ours.try_again(after(45), Duration::from_secs(5));
        assert_eq!(ours.due(after(50)), SessionDue::Refresh);
        assert_eq!(ours.due(after(60)), SessionDue::Expired);
        let theirs = SessionTimer::start(start, 1800, false);
        assert_eq!(theirs.next_deadline(), after(1768), "32 s before the end");
    }
}
