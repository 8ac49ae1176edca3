//! Leaving: nobody's call is cut off by a window that was closed by mistake.

use std::time::Duration;

use tandem_server::StopSignals;
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

use crate::desk::Desk;
use crate::{window, words};

/// How long running calls may go on after SIGTERM.
const PATIENCE: Duration = Duration::from_secs(60);

/// Leaves at once where no call is live, else asks.
pub(crate) fn ask(app: &AppHandle) {
    let desk = app.state::<Desk>();
    let count = desk.live_calls();
    if count == 0 {
        leave(app, Duration::ZERO);
        return;
    }
    if !desk.may_ask() {
        return;
    }
    window::focus(app);
    let buttons =
        MessageDialogButtons::OkCancelCustom(words::END_AND_LEAVE.into(), words::KEEP_RUNNING.into());
    let mut question = app
        .dialog()
        .message(words::live_calls(count))
        .title(words::TITLE)
        .kind(MessageDialogKind::Warning)
        .buttons(buttons);
    if let Some(window) = window::main(app) {
        question = question.parent(&window);
    }
    let app = app.clone();
    question.show(move |end_calls| {
        app.state::<Desk>().answered();
        if end_calls {
            leave(&app, Duration::ZERO);
        }
    });
}

/// Ends: hangs up the phone, drains the exchange, and exits with 0.
pub(crate) fn leave(app: &AppHandle, patience: Duration) {
    if !app.state::<Desk>().may_leave() {
        return;
    }
    if let Some(window) = window::main(app) {
        // What remains to be done needs no window, and may take a moment.
        let _ = window.hide();
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let desk = app.state::<Desk>();
        if let Some(exchange) = desk.exchange() {
            tokio::select! {
                () = exchange.drain(patience) => {}
                // A second signal means: now.
                () = desk.hurried() => exchange.drain(Duration::ZERO).await,
            }
        }
        desk.phone.disconnect();
        desk.close();
        app.exit(0);
    });
}

/// Leaves in an orderly way when the system asks for it.
pub(crate) async fn on_signal(app: AppHandle, mut signals: StopSignals) {
    signals.next().await;
    tracing::info!("draining: no new calls, running ones finish");
    leave(&app, PATIENCE);
    signals.next().await;
    app.state::<Desk>().hurry();
}
