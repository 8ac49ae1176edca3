//! The task: one matcher an organisation, fed with orders and with time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem_foundation::OrgId;
use tokio::sync::mpsc;

use super::floor::Floor;
use super::order::{Addressed, Order};
use crate::context::Context;

/// How often what is held of calls is compared with the calls there are.
const RECONCILE: Duration = Duration::from_secs(5);

/// The way to the task. Orders sent before it runs are kept.
#[derive(Debug)]
pub(crate) struct Distributor {
    orders: mpsc::UnboundedSender<Addressed>,
}

impl Distributor {
    /// The way to the task, and what [`Distributor::start`] runs it with.
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Addressed>) {
        let (orders, inbox) = mpsc::unbounded_channel();
        (Self { orders }, inbox)
    }

    /// Tells the task; it is there for as long as the exchange is.
    pub fn tell(&self, org: &OrgId, order: Order) {
        let _ = self.orders.send(Addressed { org: org.clone(), order });
    }

    pub fn start(context: Arc<Context>, mut inbox: mpsc::UnboundedReceiver<Addressed>) {
        tokio::spawn(async move {
            let mut floors: HashMap<OrgId, Floor> = HashMap::new();
            let mut reconciling = tokio::time::interval(RECONCILE);
            loop {
                let due = floors.values().filter_map(Floor::next_deadline).min();
                tokio::select! {
                    addressed = inbox.recv() => match addressed {
                        Some(Addressed { org, order }) => {
                            let floor = floors
                                .entry(org)
                                .or_insert_with_key(|org| Floor::new(context.clone(), org.clone()));
                            floor.take(Instant::now(), order);
                        }
                        None => return,
                    },
                    _ = reconciling.tick() => {
                        let now = Instant::now();
                        floors.values_mut().for_each(|floor| floor.reconcile(now));
                    }
                    () = crate::call_task::sleep_until(due) => {
                        let now = Instant::now();
                        for floor in floors.values_mut().filter(|f| f.next_deadline().is_some_and(|at| at <= now)) {
                            floor.tick(now);
                        }
                    }
                }
            }
        });
    }
}
