//! The deadlines of a conversation.

/// Why the machine wants to be ticked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Timer {
    /// When to take the customer's turn to be over.
    EndOfTurn,
    /// When the text has been stable long enough to ask the model on it.
    Speculate,
    /// When a voice over ours has lasted long enough to fall silent and listen.
    BargeInPause,
    /// When a voice over ours has lasted long enough to be an interruption whatever it says.
    BargeInCommit,
    /// When to go on speaking because the interruption was none.
    FalseInterruption,
    /// When to ask a silent customer whether they are there.
    IdlePrompt,
    /// When to say goodbye to a customer who answered no prompt.
    IdleHangUp,
    /// When to warn that the call must end soon.
    LongestCallWarning,
    /// When to end the call because of its length.
    LongestCall,
    /// When to say something because model or tool is slow.
    Filler,
    /// When to give up on a model that says nothing.
    ModelSilent,
    /// When to give up on a tool that answers nothing.
    ToolSilent,
    /// When to give up on a sentence of which the voice reports nothing.
    SpeechStalled,
    /// When to take the pressed digits to be complete.
    DigitGap,
    /// When to tell a customer who waits for a transfer that it is still under way.
    TransferWaiting,
}
