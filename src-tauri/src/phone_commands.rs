//! What the console's pages may ask of the phone, and what they are told about it.

use std::time::Duration;

use serde::Serialize;
use tandem_softphone::{Account, Choice, Devices, PhoneState};
use tauri::{AppHandle, Emitter, Manager, State};
use tokio::time::MissedTickBehavior;

use crate::desk::Desk;

const STATUS: &str = "phone://status";
const LEVEL: &str = "phone://level";
const EVERY: Duration = Duration::from_millis(100);
/// Length of the echo test, in seconds.
const ECHO_S: u32 = 3;

/// Loudness, 0 to 1.
#[derive(Debug, Clone, Copy, Serialize)]
struct Levels {
    input: f32,
    output: f32,
}

#[tauri::command]
pub(crate) fn phone_status(desk: State<'_, Desk>) -> PhoneState {
    desk.phone.state()
}

/// Registers the phone; resolves once calls can come.
#[tauri::command]
pub(crate) async fn phone_connect(desk: State<'_, Desk>, account: Account) -> Result<(), String> {
    desk.phone.connect(account).await.map_err(|error| error.to_string())
}

#[tauri::command]
pub(crate) async fn phone_disconnect(desk: State<'_, Desk>) -> Result<(), String> {
    desk.phone.disconnect();
    Ok(())
}

/// Lists the devices, and runs the level meter for a while.
#[tauri::command]
pub(crate) async fn phone_devices(desk: State<'_, Desk>) -> Result<Devices, String> {
    desk.phone.look_at_devices();
    Ok(desk.phone.sound().devices().await)
}

#[tauri::command]
pub(crate) async fn phone_select(
    desk: State<'_, Desk>,
    input: Option<String>,
    output: Option<String>,
    plain: bool,
) -> Result<(), String> {
    desk.phone.select(Choice { input, output, plain });
    Ok(())
}

/// Stops sending what the microphone hears, or sends it again.
#[tauri::command]
pub(crate) async fn phone_mute(desk: State<'_, Desk>, muted: bool) -> Result<(), String> {
    desk.phone.mute(muted);
    Ok(())
}

#[tauri::command]
pub(crate) async fn phone_answer(desk: State<'_, Desk>) -> Result<(), String> {
    desk.phone.answer();
    Ok(())
}

#[tauri::command]
pub(crate) async fn phone_hang_up(desk: State<'_, Desk>) -> Result<(), String> {
    desk.phone.hang_up();
    Ok(())
}

/// Records three seconds and plays them back.
#[tauri::command]
pub(crate) async fn phone_echo_test(desk: State<'_, Desk>) -> Result<(), String> {
    let sound = desk.phone.sound().clone();
    sound.echo_test(ECHO_S).await.map_err(|error| error.to_string())
}

/// Tells the pages what changes, for the life of the program.
pub(crate) async fn tell(app: AppHandle) {
    let mut changes = app.state::<Desk>().phone.watch();
    let mut clock = tokio::time::interval(EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        let told = tokio::select! {
            changed = changes.changed() => match changed {
                Ok(()) => {
                    let state = changes.borrow_and_update().clone();
                    app.emit(STATUS, state)
                }
                Err(_) => return,
            },
            _ = clock.tick() => match app.state::<Desk>().phone.levels() {
                Some((input, output)) => app.emit(LEVEL, Levels { input, output }),
                None => Ok(()),
            },
        };
        if let Err(error) = told {
            tracing::debug!(%error, "telling the pages about the phone");
        }
    }
}
