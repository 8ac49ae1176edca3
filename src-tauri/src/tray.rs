//! The tray icon: shows the window, and quits.

use tauri::AppHandle;
use tauri::menu::{Menu, MenuItem};
use tauri::tray::{MouseButton, TrayIconBuilder, TrayIconEvent};

use crate::{leaving, window, words};

const SHOW: &str = "show";
const QUIT: &str = "quit";

/// Puts the icon there, where the desktop has a place for it; everything works without.
pub(crate) fn place(app: &AppHandle) {
    if !is_possible() {
        tracing::info!("no tray icon: libayatana-appindicator3 is not installed");
        return;
    }
    if let Err(error) = build(app) {
        tracing::warn!(%error, "no tray icon");
    }
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    let show = MenuItem::with_id(app, SHOW, words::SHOW, true, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, words::QUIT, true, None::<&str>)?;
    let mut tray = TrayIconBuilder::with_id("tandem")
        .tooltip(words::TITLE)
        .menu(&Menu::with_items(app, &[&show, &quit])?)
        .on_menu_event(|app, event| match event.id().as_ref() {
            SHOW => window::focus(app),
            QUIT => leaving::ask(app),
            _ => {}
        })
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::DoubleClick { button: MouseButton::Left, .. } = event {
                window::focus(tray.app_handle());
            }
        });
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.build(app)?;
    Ok(())
}

/// Whether the library that draws tray icons on Linux can be loaded; the one that uses it panics where it cannot.
#[cfg(target_os = "linux")]
fn is_possible() -> bool {
    [c"libayatana-appindicator3.so.1", c"libappindicator3.so.1"].into_iter().any(|name| {
        // SAFETY: the name is a C string, and the libraries' initialisers are those that would run anyway, when the
        // icon is made. The handle stays open because GTK types cannot be unregistered.
        !unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_LAZY) }.is_null()
    })
}

#[cfg(not(target_os = "linux"))]
fn is_possible() -> bool {
    true
}
