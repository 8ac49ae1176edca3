//! People's phones: a browser's audio, or registered SIP phones.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tandem_foundation::UserId;
use tokio::sync::mpsc;

use crate::ports::media::AudioLink;

/// Frames a slow peer may lag behind before some are dropped (20 ms each).
const QUEUE: usize = 25;

/// A browser's audio, seen from the exchange.
#[derive(Debug)]
pub(crate) struct BrowserPhone {
    generation: u64,
    /// To the browser.
    to_phone: mpsc::Sender<Box<[i16]>>,
    /// From the browser; locked by the call that uses it.
    from_phone: tokio::sync::Mutex<mpsc::Receiver<Box<[i16]>>>,
}

impl BrowserPhone {
    /// Carries audio both ways between the browser and a room until either side is gone.
    pub async fn carry(&self, mut room: AudioLink) {
        let mut from_phone = self.from_phone.lock().await;
        // What was said before this call connected is not for it.
        while from_phone.try_recv().is_ok() {}
        loop {
            tokio::select! {
                frame = from_phone.recv() => match frame {
                    Some(frame) => drop(room.to_room.try_send(frame)),
                    None => return,
                },
                frame = room.from_room.recv() => match frame {
                    Some(frame) => match self.to_phone.try_send(frame) {
                        Ok(()) | Err(mpsc::error::TrySendError::Full(_)) => {}
                        Err(mpsc::error::TrySendError::Closed(_)) => return,
                    },
                    None => return,
                },
            }
        }
    }
}

/// Every phone that is connected now.
#[derive(Debug, Default)]
pub(crate) struct Phones {
    browsers: Mutex<HashMap<UserId, Arc<BrowserPhone>>>,
    /// Lines that are kept open to telephones; each goes before its person's browser.
    pinned: Mutex<HashMap<UserId, Arc<BrowserPhone>>>,
    registered: Mutex<HashMap<UserId, usize>>,
    generations: std::sync::atomic::AtomicU64,
}

impl Phones {
    /// Connects a browser; the link's room side is this phone.
    pub fn attach(&self, user: &UserId) -> AudioLink {
        let (phone, link) = self.link();
        self.browsers.lock().insert(user.clone(), Arc::new(phone));
        link
    }

    /// Connects a line that is open to a telephone.
    pub fn pin(&self, user: &UserId) -> AudioLink {
        let (phone, link) = self.link();
        self.pinned.lock().insert(user.clone(), Arc::new(phone));
        link
    }

    pub fn unpin(&self, user: &UserId) {
        self.pinned.lock().remove(user);
    }

    /// Whether a line is open to a telephone of theirs.
    pub fn is_pinned(&self, user: &UserId) -> bool {
        self.pinned.lock().contains_key(user)
    }

    fn link(&self) -> (BrowserPhone, AudioLink) {
        let (to_exchange, from_phone) = mpsc::channel(QUEUE);
        let (to_phone, from_exchange) = mpsc::channel(QUEUE);
        let generation = self.generations.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let phone = BrowserPhone { generation, to_phone, from_phone: tokio::sync::Mutex::new(from_phone) };
        (phone, AudioLink { to_room: to_exchange, from_room: from_exchange })
    }

    /// What is connected without ringing: a line that is kept open, or their browser.
    pub fn connected(&self, user: &UserId) -> Option<Arc<BrowserPhone>> {
        self.pinned.lock().get(user).cloned().or_else(|| self.browser(user))
    }

    /// The person's browser, if its socket is still open.
    pub fn browser(&self, user: &UserId) -> Option<Arc<BrowserPhone>> {
        let mut browsers = self.browsers.lock();
        let phone = browsers.get(user)?.clone();
        if phone.to_phone.is_closed() {
            browsers.remove(user);
            return None;
        }
        Some(phone)
    }

    /// Waits until the browser link made by the latest `attach` is gone; `true` if nothing replaced it.
    pub async fn browser_gone(&self, user: &UserId) -> bool {
        let Some(phone) = self.browser(user) else { return true };
        phone.to_phone.closed().await;
        let mut browsers = self.browsers.lock();
        let same = browsers.get(user).is_some_and(|p| p.generation == phone.generation);
        if same {
            browsers.remove(user);
        }
        same
    }

    pub fn set_registered(&self, user: &UserId, contacts: usize) {
        self.registered.lock().insert(user.clone(), contacts);
    }

    pub fn is_registered(&self, user: &UserId) -> bool {
        self.registered.lock().get(user).is_some_and(|n| *n > 0)
    }

    pub fn reachable(&self, user: &UserId) -> bool {
        self.connected(user).is_some() || self.is_registered(user)
    }
}
