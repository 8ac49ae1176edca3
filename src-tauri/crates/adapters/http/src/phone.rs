//! Browser audio: 20 ms frames over a WebSocket, bridged to the exchange.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use tandem_console_api::live::PhoneMessage;
use tandem_console_api::problem::Code;
use tandem_foundation::UserId;
use tandem_switchboard::ports::media::{AudioLink, FRAME, SAMPLE_RATE};
use tokio::sync::oneshot;
use tokio::time::interval;

use crate::ask::{Ask, Reply};
use crate::caller::{self, Caller};
use crate::live::socket::shutdown;
use crate::live::upgrade;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How often the credential is looked up again.
pub(crate) const RECHECK: Duration = Duration::from_millis(500);
/// A browser that takes no audio for this long is gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens the socket; a newer one of the same person takes over.
pub(crate) async fn open(ask: Ask) -> Reply {
    let caller = ask.caller()?.clone();
    let Some(user) = caller.actor.user.clone() else {
        return Err(Refusal::new(Code::PersonRequired, "keys have no phone"));
    };
    let shared = ask.shared.clone();
    let upgrade = upgrade(ask).await?;
    Ok(upgrade.on_upgrade(move |socket| run(shared, caller, user, socket)))
}

async fn run(shared: Arc<Shared>, caller: Caller, user: UserId, mut socket: WebSocket) {
    let mut replaced = enter(&shared, &user);
    let link = shared.exchange.attach_audio(&caller.actor.org, &user);
    let (code, reason) = bridge(&shared, &caller, &mut socket, link, &mut replaced).await;
    if code != REPLACED.0 {
        leave(&shared, &user, &mut replaced);
    } else {
        let _ = send(&mut socket, text(&PhoneMessage::Replaced)).await;
    }
    let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
    let _ = send(&mut socket, Message::Close(Some(frame))).await;
}

/// Takes the place of the person's other browser phone, which is told so; what is given back tells of the next one.
pub(crate) fn enter(shared: &Shared, user: &UserId) -> oneshot::Receiver<()> {
    let (replace, replaced) = oneshot::channel();
    let older = shared.phones.lock().insert(user.clone(), replace);
    if let Some(older) = older {
        // An older one that has just ended does not need to be told.
        let _ = older.send(());
    }
    replaced
}

/// Gives the place up, unless a newer one has it by now.
pub(crate) fn leave(shared: &Shared, user: &UserId, replaced: &mut oneshot::Receiver<()>) {
    let mut phones = shared.phones.lock();
    replaced.close();
    if phones.get(user).is_some_and(oneshot::Sender::is_closed) {
        phones.remove(user);
    }
}

type Close = (u16, &'static str);

const GONE: Close = (1001, "gone");
const BAD_FRAME: Close = (1007, "frames of 160 samples were expected");
const SIGNED_OUT: Close = (4401, "signed out");
const REPLACED: Close = (4001, "replaced");

async fn bridge(
    shared: &Shared,
    caller: &Caller,
    socket: &mut WebSocket,
    mut link: AudioLink,
    replaced: &mut oneshot::Receiver<()>,
) -> Close {
    let hello = PhoneMessage::Hello { sample_rate: SAMPLE_RATE, frame_samples: FRAME as u32 };
    if send(socket, text(&hello)).await.is_err() {
        return GONE;
    }
    let mut recheck = interval(RECHECK);
    let mut closing = shared.closing.subscribe();
    loop {
        tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Binary(bytes))) => match samples(&bytes) {
                    // A full queue drops the frame: late audio is worse than missing audio.
                    Some(frame) => drop(link.to_room.try_send(frame)),
                    None => return BAD_FRAME,
                },
                Some(Ok(Message::Close(_)) | Err(_)) | None => return GONE,
                Some(Ok(_)) => {}
            },
            frame = link.from_room.recv() => match frame {
                Some(frame) => if send(socket, Message::Binary(bytes(&frame).into())).await.is_err() {
                    return GONE;
                },
                None => return GONE,
            },
            _ = &mut *replaced => return REPLACED,
            _ = recheck.tick() => match caller::again(shared, &caller.credential).await {
                Ok(again) if again.actor.user == caller.actor.user => {}
                Err(refusal) if refusal.problem.status >= 500 => {}
                _ => return SIGNED_OUT,
            },
            () = shutdown(&mut closing) => return GONE,
        }
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), ()> {
    tokio::time::timeout(PATIENCE, socket.send(message)).await.map_err(drop)?.map_err(drop)
}

fn text(message: &PhoneMessage) -> Message {
    Message::Text(serde_json::to_string(message).unwrap_or_default().into())
}

fn samples(bytes: &[u8]) -> Option<Box<[i16]>> {
    (bytes.len() == 2 * FRAME)
        .then(|| bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect())
}

fn bytes(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_little_endian_and_of_one_size() {
        let frame: Vec<i16> = (0..FRAME as i16).map(|n| n * -200).collect();
        assert_eq!(samples(&bytes(&frame)).as_deref(), Some(&frame[..]));
        assert_eq!(bytes(&[1, -1]), [1, 0, 255, 255]);
        assert!(samples(&[0; 318]).is_none());
    }
}
