//! A relay between two RTP sockets that does to each packet what a bad line does.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

use super::{Impairment, LineQuality};

/// Larger than any RTP packet.
const LARGEST: usize = 2_048;

/// Both directions of a line; it is cut when dropped.
#[derive(Debug)]
pub struct Relay {
    /// Where the far end sends to: to be told in SDP.
    pub outer: SocketAddr,
    /// Where the near end sends to.
    pub inner: SocketAddr,
    far: Arc<Mutex<Option<SocketAddr>>>,
    tasks: [JoinHandle<()>; 2],
}

impl Relay {
    /// Opens a line to the socket `near` on this machine. Call within a runtime.
    ///
    /// # Errors
    /// When no socket can be bound.
    pub fn open(interface: IpAddr, near: SocketAddr, quality: LineQuality, seed: u64) -> io::Result<Self> {
        let (outside, inside) = (Arc::new(bind(interface)?), Arc::new(bind(interface)?));
        let far = Arc::new(Mutex::new(None));
        let (outer, inner) = (outside.local_addr()?, inside.local_addr()?);
        let towards_us = {
            let far = far.clone();
            let learn = move |from: SocketAddr| {
                *far.lock() = Some(from);
                Some(near)
            };
            carry(outside.clone(), inside.clone(), Impairment::new(quality, seed), learn)
        };
        let target = far.clone();
        let away = carry(inside, outside, Impairment::new(quality, !seed), move |_| *target.lock());
        Ok(Self { outer, inner, far, tasks: [tokio::spawn(towards_us), tokio::spawn(away)] })
    }

    /// Tells where the far end is; it is learned from what comes from there as well.
    pub fn towards(&self, far: SocketAddr) {
        *self.far.lock() = Some(far);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

fn bind(interface: IpAddr) -> io::Result<UdpSocket> {
    let socket = std::net::UdpSocket::bind((interface, 0))?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

/// When it comes out, in which order, what it is, and where it goes.
type Delayed = (Instant, u64, Vec<u8>, SocketAddr);

/// Carries packets from one socket to where `target` says, out of the other.
async fn carry(
    from: Arc<UdpSocket>,
    to: Arc<UdpSocket>,
    mut line: Impairment,
    target: impl Fn(SocketAddr) -> Option<SocketAddr>,
) {
    let mut buffer = vec![0; LARGEST];
    let mut waiting: BinaryHeap<Reverse<Delayed>> = BinaryHeap::new();
    let mut count = 0;
    loop {
        let next = waiting.peek().map(|Reverse((at, ..))| tokio::time::Instant::from_std(*at));
        let due = async {
            match next {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            received = from.recv_from(&mut buffer) => {
                // An error is an ICMP message about an earlier packet; the next one may get through.
                let Ok((size, source)) = received else { continue };
                let Some(target) = target(source) else { continue };
                for at in line.pass(Instant::now(), size) {
                    count += 1;
                    waiting.push(Reverse((at, count, buffer[..size].to_vec(), target)));
                }
            }
            () = due => {
                if let Some(Reverse((_, _, packet, target))) = waiting.pop() {
                    let _ = to.send_to(&packet, target).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[tokio::test]
    async fn packets_go_both_ways_through_it_and_some_are_lost() {
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let near = UdpSocket::bind((here, 0)).await.expect("bound");
        let far = UdpSocket::bind((here, 0)).await.expect("bound");
        let quality = LineQuality { loss: 0.5, burst: 1.0, ..LineQuality::default() };
        let address = near.local_addr().expect("an address");
        let relay = Relay::open(here, address, quality, 1).expect("opened");
        relay.towards(far.local_addr().expect("an address"));
        let mut buffer = [0; 16];
        for (from, to, through) in [(&far, &near, relay.outer), (&near, &far, relay.inner)] {
            // The last is repeated until it comes, so that nothing waits for what was lost.
            for n in 0..100_u8 {
                from.send_to(&[n], through).await.expect("sent");
            }
            let mut seen = Vec::new();
            while seen.last() != Some(&200) {
                from.send_to(&[200], through).await.expect("sent");
                let (size, source) = to.recv_from(&mut buffer).await.expect("received");
                assert!(size == 1 && [relay.outer, relay.inner].contains(&source));
                seen.push(buffer[0]);
            }
            let early = seen.iter().filter(|n| **n < 100).count();
            assert!((30..70).contains(&early), "{early} of 100");
        }
    }
}
