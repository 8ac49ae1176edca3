//! The window, and what its pages may ask of the program.

use tauri::ipc::CapabilityBuilder;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use crate::exchange::Exchange;
use crate::words;

const LABEL: &str = "main";

/// Opens the window on the exchange's pages.
///
/// # Errors
/// When the system gives no window.
pub(crate) fn open(app: &AppHandle, exchange: &Exchange) -> tauri::Result<()> {
    let origin = exchange.url.origin();
    app.add_capability(
        CapabilityBuilder::new("console")
            .local(false)
            .remote(origin.ascii_serialization())
            .window(LABEL)
            .permission("console")
            .permission("core:event:allow-listen")
            .permission("core:event:allow-unlisten"),
    )?;
    let title = if exchange.is_sandbox() { words::SANDBOX_TITLE } else { words::TITLE };
    let mut builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::External(exchange.url.clone()))
        .title(title)
        .inner_size(1_280.0, 820.0)
        .min_inner_size(900.0, 600.0)
        // The page never leaves its origin: there is nothing else it needs, and the prefilled sign-in stays at home.
        .on_navigation(move |url: &Url| url.origin() == origin)
        .on_new_window(|_, _| NewWindowResponse::Deny);
    if let Some(script) = exchange.sign_in_script() {
        builder = builder.initialization_script(script);
    }
    let window = builder.build()?;
    window.set_focus()
}

/// The window, while it is there.
pub(crate) fn main(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(LABEL)
}

/// Brings the window to the front.
pub(crate) fn focus(app: &AppHandle) {
    if let Some(window) = main(app) {
        for result in [window.show(), window.unminimize(), window.set_focus()] {
            if let Err(error) = result {
                tracing::debug!(%error, "bringing the window to the front");
            }
        }
    }
}
