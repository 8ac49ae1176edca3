//! Notifications: something wants attention while the window has none.

use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

/// Longest title and text that are handed on, in characters.
const LONGEST: usize = 300;

/// Shows a notification; a desktop without a place for it is no error.
#[tauri::command]
pub(crate) fn notify(app: AppHandle, title: &str, body: &str) {
    let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
    if let Err(error) = app.notification().builder().title(short(title)).body(short(body)).show() {
        tracing::debug!(%error, "showing a notification");
    }
}
