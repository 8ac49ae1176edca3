//! Waiting for packets on the sockets whose packets are carried on, between the ticks.
//!
//! All other sockets are read at the tick: to be woken for each of their packets would cost more and change nothing.

use std::io;
use std::time::Duration;

/// A set of sockets, each with a number of the caller's.
#[derive(Debug)]
pub(crate) struct Poller {
    #[cfg(target_os = "linux")]
    epoll: std::os::fd::OwnedFd,
    #[cfg(target_os = "linux")]
    ready: Vec<libc::epoll_event>,
}

/// Sockets told at once; what more is ready is told at the next turn.
#[cfg(target_os = "linux")]
const AT_ONCE: usize = 512;

#[cfg(target_os = "linux")]
impl Poller {
    /// An empty set.
    ///
    /// # Errors
    /// When the system gives no descriptor.
    pub(crate) fn new() -> io::Result<Self> {
        use std::os::fd::FromRawFd;
        // SAFETY: no memory is passed; the descriptor is checked, and owned by nobody else.
        let epoll = unsafe {
            let descriptor = libc::epoll_create1(libc::EPOLL_CLOEXEC);
            if descriptor < 0 {
                return Err(io::Error::last_os_error());
            }
            std::os::fd::OwnedFd::from_raw_fd(descriptor)
        };
        Ok(Self { epoll, ready: vec![libc::epoll_event { events: 0, u64: 0 }; AT_ONCE] })
    }

    /// Begins to watch a socket; false where it cannot be. One that is closed is watched no longer.
    pub(crate) fn watch(&self, descriptor: i32, number: u64) -> bool {
        self.control(libc::EPOLL_CTL_ADD, descriptor, number)
    }

    /// Ends watching a socket.
    pub(crate) fn forget(&self, descriptor: i32) {
        self.control(libc::EPOLL_CTL_DEL, descriptor, 0);
    }

    /// Waits until packets are there or (in whole milliseconds) the time is over; calls `each` with the numbers of
    /// the sockets that have some. Gives how many there were.
    pub(crate) fn wait(&mut self, time: Duration, mut each: impl FnMut(u64)) -> usize {
        use std::os::fd::AsRawFd;
        let milliseconds = i32::try_from(time.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: the buffer holds as many events as are told, and outlives the call.
        let count = unsafe {
            libc::epoll_wait(
                self.epoll.as_raw_fd(),
                self.ready.as_mut_ptr(),
                self.ready.len() as i32,
                milliseconds,
            )
        };
        let count = usize::try_from(count).unwrap_or(0);
        self.ready[..count].iter().for_each(|event| each(event.u64));
        count
    }

    fn control(&self, operation: i32, descriptor: i32, number: u64) -> bool {
        use std::os::fd::AsRawFd;
        let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: number };
        // SAFETY: the event is valid and only read during the call; a bad descriptor is an error told by the result.
        unsafe { libc::epoll_ctl(self.epoll.as_raw_fd(), operation, descriptor, &raw mut event) == 0 }
    }
}

#[cfg(not(target_os = "linux"))]
impl Poller {
    /// An empty set, which takes no socket: all are read at the tick.
    ///
    /// # Errors
    /// None.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    pub(crate) fn watch(&self, _descriptor: i32, _number: u64) -> bool {
        false
    }

    pub(crate) fn forget(&self, _descriptor: i32) {}

    pub(crate) fn wait(&mut self, time: Duration, _each: impl FnMut(u64)) -> usize {
        std::thread::sleep(time);
        0
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::UdpSocket;
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn sockets_with_packets_are_told_until_they_are_forgotten() {
        let [one, two] = [0, 1].map(|_| UdpSocket::bind("127.0.0.1:0").expect("bind"));
        let mut poller = Poller::new().expect("a set");
        assert!(poller.watch(one.as_raw_fd(), 11) && poller.watch(two.as_raw_fd(), 22));
        let told = |poller: &mut Poller, time: u64| {
            let mut numbers = Vec::new();
            poller.wait(Duration::from_millis(time), |number| numbers.push(number));
            numbers
        };
        assert_eq!(told(&mut poller, 0), [0u64; 0]);
        one.send_to(b"x", two.local_addr().expect("bound")).expect("sent");
        assert_eq!(told(&mut poller, 1_000), [22]);
        poller.forget(two.as_raw_fd());
        assert_eq!(told(&mut poller, 0), [0u64; 0]);
        assert!(!poller.watch(-1, 3));
    }
}
