//! Keys that act while another window has the focus: registered with the desktop, told to the pages, which act.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::Serialize;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Emitter, Manager, State, Wry};
use tauri_plugin_global_shortcut::{Builder, GlobalShortcutExt, Shortcut, ShortcutState};

const PRESSED: &str = "hotkey://pressed";
/// What may be bound: the pages know no other acts for such keys.
const ACTS: [&str; 4] = ["answer", "end", "mute", "hold"];

/// Which key stands for which act.
#[derive(Debug, Default)]
pub(crate) struct Hotkeys(Mutex<Vec<(Shortcut, &'static str)>>);

/// A key that could not be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Refused {
    act: String,
    /// `twice`, `unreadable`, `taken` (another program has it), or `unsupported` (this desktop gives none).
    why: &'static str,
}

/// Tells the pages of each key when it goes down.
pub(crate) fn plugin() -> TauriPlugin<Wry> {
    Builder::new()
        .with_handler(|app, shortcut, event| {
            if event.state != ShortcutState::Pressed {
                return;
            }
            let act = app
                .state::<Hotkeys>()
                .0
                .lock()
                .iter()
                .find_map(|(known, act)| (known == shortcut).then_some(*act));
            if let Some(Err(error)) = act.map(|act| app.emit(PRESSED, act)) {
                tracing::debug!(%error, "telling the pages of a key");
            }
        })
        .build()
}

/// Takes these keys in place of all former ones (`{"answer": "Control+Alt+KeyA"}`), and answers which could not be had.
#[tauri::command]
pub(crate) fn hotkeys_set(
    app: AppHandle,
    hotkeys: State<'_, Hotkeys>,
    keys: BTreeMap<String, String>,
) -> Vec<Refused> {
    let (wanted, mut refused) = read(&keys);
    let global = app.global_shortcut();
    if let Err(error) = global.unregister_all() {
        tracing::debug!(%error, "giving keys back");
    }
    let mut held = Vec::new();
    for (shortcut, act) in wanted {
        match global.register(shortcut) {
            Ok(()) => held.push((shortcut, act)),
            Err(error) => {
                tracing::info!(%error, act, "a key cannot be had");
                let why = if is_possible() { "taken" } else { "unsupported" };
                refused.push(Refused { act: act.to_owned(), why });
            }
        }
    }
    *hotkeys.0.lock() = held;
    refused
}

/// The keys that can be read, each once.
fn read(keys: &BTreeMap<String, String>) -> (Vec<(Shortcut, &'static str)>, Vec<Refused>) {
    let (mut wanted, mut refused) = (Vec::<(Shortcut, &'static str)>::new(), Vec::new());
    for act in ACTS {
        let Some(key) = keys.get(act) else { continue };
        let why = match key.parse::<Shortcut>() {
            Err(_) => "unreadable",
            // A bare letter would be taken from every other program.
            Ok(shortcut) if shortcut.mods.is_empty() => "unreadable",
            Ok(shortcut) if wanted.iter().any(|(other, _)| *other == shortcut) => "twice",
            Ok(shortcut) => {
                wanted.push((shortcut, act));
                continue;
            }
        };
        refused.push(Refused { act: act.to_owned(), why });
    }
    (wanted, refused)
}

/// Wayland gives programs no keys of other windows; X11 does, and so do the other systems.
fn is_possible() -> bool {
    !cfg!(target_os = "linux") || std::env::var_os("DISPLAY").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(keys: &[(&str, &str)]) -> (Vec<&'static str>, Vec<(String, &'static str)>) {
        let keys = keys.iter().map(|(act, key)| ((*act).to_owned(), (*key).to_owned())).collect();
        let (wanted, refused) = read(&keys);
        (
            wanted.into_iter().map(|(_, act)| act).collect(),
            refused.into_iter().map(|one| (one.act, one.why)).collect(),
        )
    }

    #[test]
    fn keys_are_read_as_the_pages_write_them() {
        let (wanted, refused) = asked(&[("answer", "Control+Alt+KeyA"), ("mute", "Control+Shift+F9")]);
        assert_eq!((wanted, refused), (vec!["answer", "mute"], vec![]));
    }

    #[test]
    fn one_key_has_one_act_and_none_without_a_modifier() {
        let (wanted, refused) = asked(&[
            ("answer", "Control+KeyA"),
            ("end", "Control+KeyA"),
            ("mute", "KeyM"),
            ("hold", "x+y+z"),
        ]);
        assert_eq!(wanted, ["answer"]);
        let refused: Vec<_> = refused.iter().map(|(act, why)| (act.as_str(), *why)).collect();
        assert_eq!(refused, [("end", "twice"), ("mute", "unreadable"), ("hold", "unreadable")]);
    }

    #[test]
    fn acts_that_the_pages_do_not_know_are_no_acts() {
        assert_eq!(asked(&[("leave", "Control+KeyA")]), (vec![], vec![]));
    }
}
