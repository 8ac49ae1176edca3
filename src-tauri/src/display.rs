//! Whether there is a screen to open a window on.

use crate::words;

/// Looks before the window library does, which ends the process without a word that helps.
///
/// # Errors
/// The sentence to print when there is no display.
pub(crate) fn check() -> Result<(), &'static str> {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    verdict(cfg!(target_os = "linux"), set("DISPLAY") || set("WAYLAND_DISPLAY"))
}

fn verdict(needs_one: bool, has_one: bool) -> Result<(), &'static str> {
    if needs_one && !has_one { Err(words::NO_DISPLAY) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_linux_without_a_display_is_refused() {
        assert!(verdict(true, false).is_err_and(|sentence| sentence.contains("tandem serve")));
        assert!(verdict(true, true).is_ok() && verdict(false, false).is_ok());
    }
}
