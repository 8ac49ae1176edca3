//! What goes into a conference and what comes out of it.

use tandem_foundation::LegId;

/// For which of a member's moves the others hear a tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Beep {
    #[default]
    Both,
    Enter,
    Exit,
    Never,
}

/// How a member takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Entering starts the conference: a moderator's, or everybody's where there is none.
    pub starts: bool,
    /// The conference ends for all when this member leaves.
    pub ends: bool,
    pub muted: bool,
    pub beep: Beep,
}

impl Default for Entry {
    fn default() -> Self {
        Self { starts: true, ends: false, muted: false, beep: Beep::Both }
    }
}

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    Join {
        leg: LegId,
        entry: Entry,
    },
    /// A member goes of their own.
    Leave {
        leg: LegId,
    },
    /// Somebody sends a member out.
    Remove {
        leg: LegId,
    },
    Mute {
        leg: LegId,
        muted: bool,
    },
    /// While it is locked nobody gets in.
    Lock {
        locked: bool,
    },
    End,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// The member is in; `waits`: the conference has not started.
    Joined {
        leg: LegId,
        waits: bool,
    },
    /// Everybody hears everybody from now on.
    Started,
    /// Who hears whom from now on: (listener, speaker). The room's own voice, for tones, is among the speakers.
    Hearing(Vec<(LegId, LegId)>),
    /// The member is to hear the waiting sound, or no longer.
    Waits {
        leg: LegId,
        on: bool,
    },
    Muted {
        leg: LegId,
        muted: bool,
    },
    Locked {
        locked: bool,
    },
    /// Everybody who is there hears this.
    Tone(Tone),
    /// The member is out: their leg is to be closed.
    Left {
        leg: LegId,
        why: Left,
    },
    Ended {
        why: Ended,
    },
}

/// A tone of the room's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    Entered,
    Exited,
}

/// Why a member is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Left {
    Own,
    Removed,
    /// The conference is over for all.
    Ended,
}

/// Why a conference is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// The last member left.
    Empty,
    /// A member left whose leaving ends it.
    MemberLeft,
    /// Somebody ended it.
    Asked,
    /// No moderator came.
    NeverStarted,
}

/// Why an input was refused; nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    Locked,
    Full,
    AlreadyThere,
    NoSuchMember,
    Over,
}

/// Why there is a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nobody waits for a moderator for longer.
    Waiting,
}
