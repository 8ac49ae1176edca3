//! Builds the program's parts, runs them, and ends them in order.

use std::sync::Arc;

use tandem_server::StopSignals;
use tauri::{AppHandle, Manager, RunEvent, WindowEvent};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_plugin_window_state::StateFlags;

use crate::arguments::Arguments;
use crate::desk::Desk;
use crate::dialling::Pending;
use crate::exchange::{Exchange, OpenError};
use crate::{dialling, hotkeys, leaving, notify, phone_commands, tray, window, words};

/// Why the desktop could not be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShellError {
    #[error("starting the runtime")]
    Runtime(#[source] std::io::Error),
    #[error("preparing the window system: {0}")]
    Build(#[from] tauri::Error),
}

/// Runs until somebody leaves; the process ends inside.
///
/// # Errors
/// When there is no runtime or no window system.
pub(crate) fn run(arguments: Arguments) -> Result<(), ShellError> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(ShellError::Runtime)?;
    tauri::async_runtime::set(runtime.handle().clone());
    let mut signals = {
        let _context = runtime.enter();
        Some(StopSignals::install().map_err(ShellError::Runtime)?)
    };
    let first = tauri_plugin_single_instance::Builder::new()
        .dbus_id(arguments.instance())
        .callback(|app, arguments, _| {
            window::focus(app);
            dialling::hand_over(app, &arguments);
        })
        .build();
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    let app = tauri::Builder::default()
        // First of all, so that a second start opens nothing before it sees the first.
        .plugin(first)
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(hotkeys::plugin())
        .plugin(tauri_plugin_window_state::Builder::new().with_state_flags(kept).build())
        .manage(Desk::new())
        .manage(hotkeys::Hotkeys::default())
        .manage(Pending::new(arguments.number.clone()))
        .invoke_handler(tauri::generate_handler![
            phone_commands::phone_status,
            phone_commands::phone_connect,
            phone_commands::phone_disconnect,
            phone_commands::phone_devices,
            phone_commands::phone_select,
            phone_commands::phone_mute,
            phone_commands::phone_answer,
            phone_commands::phone_hang_up,
            phone_commands::phone_echo_test,
            notify::notify,
            hotkeys::hotkeys_set,
            dialling::dial_take,
        ])
        .build(tauri::generate_context!())?;
    app.run(move |app, event| match event {
        RunEvent::Ready => {
            tray::place(app);
            if let Some(signals) = signals.take() {
                tauri::async_runtime::spawn(leaving::on_signal(app.clone(), signals));
            }
            tauri::async_runtime::spawn(phone_commands::tell(app.clone()));
            tauri::async_runtime::spawn(open(app.clone(), arguments.clone()));
        }
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. } => {
            api.prevent_close();
            leaving::ask(app);
        }
        // Only our own exit, which has a code, ends the program; a window that is gone does not.
        RunEvent::ExitRequested { code: None, api, .. } => {
            api.prevent_exit();
            leaving::ask(app);
        }
        _ => {}
    });
    drop(runtime);
    Ok(())
}

/// Opens the exchange, then its window.
async fn open(app: AppHandle, arguments: Arguments) {
    let exchange = match Exchange::open(&arguments).await {
        Ok(exchange) => Arc::new(exchange),
        Err(error) => return refuse(&app, &error),
    };
    app.state::<Desk>().opened(exchange.clone());
    tracing::info!(url = %exchange.url, "the console is opened");
    if let Err(error) = window::open(&app, &exchange) {
        tracing::error!(%error, "opening the window");
        leaving::leave(&app, std::time::Duration::ZERO);
    }
}

/// Says on the screen and in the log why there is nothing to show.
fn refuse(app: &AppHandle, error: &OpenError) {
    tracing::error!(%error, "the exchange could not be opened");
    let app_after = app.clone();
    app.dialog()
        .message(error.to_string())
        .title(words::CANNOT_START)
        .kind(MessageDialogKind::Error)
        .show(move |_| app_after.exit(1));
}
