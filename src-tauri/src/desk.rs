//! What the shell's parts share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::exchange::Exchange;
use crate::phone::DeskPhone;

/// The desk somebody sits at.
#[derive(Debug)]
pub(crate) struct Desk {
    exchange: Mutex<Option<Arc<Exchange>>>,
    pub phone: DeskPhone,
    asking: AtomicBool,
    leaving: AtomicBool,
    hurry: Notify,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            exchange: Mutex::new(None),
            phone: DeskPhone::new(),
            asking: AtomicBool::new(false),
            leaving: AtomicBool::new(false),
            hurry: Notify::new(),
        }
    }

    /// The exchange runs.
    pub fn opened(&self, exchange: Arc<Exchange>) {
        *self.exchange.lock() = Some(exchange);
    }

    /// The exchange, once it runs.
    pub fn exchange(&self) -> Option<Arc<Exchange>> {
        self.exchange.lock().clone()
    }

    /// Gives the exchange up, so that what it keeps on disk for its own life goes with it.
    pub fn close(&self) {
        *self.exchange.lock() = None;
    }

    /// Calls that leaving would end: the exchange's own, or the one on this desk's phone.
    pub fn live_calls(&self) -> usize {
        let exchange = self.exchange().map_or(0, |exchange| exchange.live_calls());
        exchange.max(usize::from(self.phone.in_call()))
    }

    /// True for the first who asks, until [`Desk::answered`].
    pub fn may_ask(&self) -> bool {
        !self.asking.swap(true, Ordering::AcqRel)
    }

    /// The question was answered.
    pub fn answered(&self) {
        self.asking.store(false, Ordering::Release);
    }

    /// True for the first who leaves.
    pub fn may_leave(&self) -> bool {
        !self.leaving.swap(true, Ordering::AcqRel)
    }

    /// Who leaves should wait for no call any longer.
    pub fn hurry(&self) {
        self.hurry.notify_one();
    }

    /// Waits for [`Desk::hurry`].
    pub async fn hurried(&self) {
        self.hurry.notified().await;
    }
}
