//! Every sentence the shell itself says; the rest of the console's are in its pages.

pub(crate) const TITLE: &str = "Tandem";
pub(crate) const SANDBOX_TITLE: &str = "Tandem – Sandbox";
pub(crate) const NO_DISPLAY: &str = "tandem-console needs a display (neither DISPLAY nor WAYLAND_DISPLAY is set); without one, run: tandem serve";
pub(crate) const SHOW: &str = "Show Tandem";
pub(crate) const QUIT: &str = "Quit";
pub(crate) const KEEP_RUNNING: &str = "Keep running";
pub(crate) const END_AND_LEAVE: &str = "End calls and leave";
pub(crate) const CANNOT_START: &str = "Tandem could not start";

/// The question before leaving with live calls.
pub(crate) fn live_calls(count: usize) -> String {
    let calls = if count == 1 { "1 call is live.".to_owned() } else { format!("{count} calls are live.") };
    format!("{calls} Leaving ends them.")
}
