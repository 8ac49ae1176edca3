//! A UDP socket as the tick uses it: one `recvmmsg` for all that waits, with the kernel's arrival times.
//!
//! The arrival times matter because packets are looked at once in 20 ms only, while jitter is told in milliseconds.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::Instant;

use crate::socket::PacketSocket;

/// The real socket.
#[derive(Debug)]
pub(crate) struct UdpPort {
    socket: UdpSocket,
}

impl UdpPort {
    /// Takes over a bound socket.
    ///
    /// # Errors
    /// When it cannot be made non-blocking.
    pub(crate) fn new(socket: UdpSocket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        #[cfg(target_os = "linux")]
        linux::prepare(&socket);
        Ok(Self { socket })
    }
}

impl PacketSocket for UdpPort {
    #[cfg(target_os = "linux")]
    fn drain(&mut self, now: Instant, each: &mut dyn FnMut(&[u8], SocketAddr, Instant)) {
        linux::drain(&self.socket, linux::BATCH, now, each);
    }

    #[cfg(target_os = "linux")]
    fn take(&mut self, now: Instant, each: &mut dyn FnMut(&[u8], SocketAddr, Instant)) {
        linux::drain(&self.socket, 1, now, each);
    }

    #[cfg(not(target_os = "linux"))]
    fn drain(&mut self, now: Instant, each: &mut dyn FnMut(&[u8], SocketAddr, Instant)) {
        let mut buffer = [0; 2048];
        for _ in 0..32 {
            match self.socket.recv_from(&mut buffer) {
                Ok((length, from)) => each(&buffer[..length], from, now),
                // An ICMP error of an earlier packet is reported once and means nothing here.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
                Err(_) => break,
            }
        }
    }

    fn send(&mut self, packet: &[u8], to: SocketAddr) -> bool {
        self.socket.send_to(packet, to).is_ok()
    }

    #[cfg(target_os = "linux")]
    fn descriptor(&self) -> Option<i32> {
        Some(std::os::fd::AsRawFd::as_raw_fd(&self.socket))
    }
}

#[cfg(target_os = "linux")]
mod linux {
    //! The system calls; everything unsafe of this crate's sockets is here.

    use std::cell::RefCell;
    use std::mem::{size_of, zeroed};
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
    use std::os::fd::AsRawFd;
    use std::time::{Duration, Instant};

    pub(super) const BATCH: usize = 8;
    const ROUNDS: usize = 4;
    const LARGEST: usize = 2048;
    const CONTROL: usize = 64;
    /// Expedited forwarding (RFC 3246), as a TOS byte.
    const EXPEDITED: libc::c_int = 0xB8;

    pub(super) fn prepare(socket: &UdpSocket) {
        let (level, option) = match socket.local_addr() {
            Ok(SocketAddr::V6(_)) => (libc::IPPROTO_IPV6, libc::IPV6_TCLASS),
            _ => (libc::IPPROTO_IP, libc::IP_TOS),
        };
        // Both are wishes: without them packets have no precise time or no priority, and all still works.
        for (level, option, value) in
            [(libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1), (level, option, EXPEDITED)]
        {
            let length = size_of::<libc::c_int>() as libc::socklen_t;
            // SAFETY: the descriptor is open, and the value is an int whose size is given.
            unsafe {
                libc::setsockopt(socket.as_raw_fd(), level, option, (&raw const value).cast(), length);
            }
        }
    }

    #[repr(align(8))]
    #[derive(Debug, Clone, Copy)]
    struct Control([u8; CONTROL]);

    /// What `recvmmsg` writes to, made once a thread: to clear it for each read would cost more than the read.
    struct Batch {
        buffers: [[u8; LARGEST]; BATCH],
        controls: [Control; BATCH],
        names: [libc::sockaddr_storage; BATCH],
        parts: [libc::iovec; BATCH],
        messages: [libc::mmsghdr; BATCH],
        /// The caller's moment for which the clocks were compared last: (then, wall clock, monotonic clock).
        compared: Option<(Instant, Duration, Instant)>,
    }

    thread_local! {
        static READING: RefCell<Box<Batch>> = RefCell::new(Batch::new());
    }

    impl Batch {
        fn new() -> Box<Self> {
            // SAFETY: these are plain C structures for which all zeros is a valid value.
            let (names, parts, messages) = unsafe { (zeroed(), zeroed(), zeroed()) };
            let mut batch = Box::new(Self {
                buffers: [[0; LARGEST]; BATCH],
                controls: [Control([0; CONTROL]); BATCH],
                names,
                parts,
                messages,
                compared: None,
            });
            let Self { buffers, controls, names, parts, messages, .. } = &mut *batch;
            for n in 0..BATCH {
                parts[n] = libc::iovec { iov_base: buffers[n].as_mut_ptr().cast(), iov_len: LARGEST };
                let header = &mut messages[n].msg_hdr;
                header.msg_name = (&raw mut names[n]).cast();
                header.msg_iov = &raw mut parts[n];
                header.msg_iovlen = 1;
                header.msg_control = controls[n].0.as_mut_ptr().cast();
            }
            batch.refresh(BATCH);
            batch
        }

        /// The kernel writes into the lengths how much it has used.
        fn refresh(&mut self, used: usize) {
            for message in &mut self.messages[..used] {
                message.msg_hdr.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
                message.msg_hdr.msg_controllen = CONTROL as _;
            }
        }

        /// The kernel's arrival time; it is wall-clock time, so it is turned into an age first.
        fn arrival(&mut self, n: usize, now: Instant) -> Instant {
            // SAFETY: the header was filled in by the kernel, and its control buffer is alive.
            let stamp = unsafe {
                let control = libc::CMSG_FIRSTHDR(&raw const self.messages[n].msg_hdr);
                if control.is_null()
                    || (*control).cmsg_level != libc::SOL_SOCKET
                    || (*control).cmsg_type != libc::SCM_TIMESTAMPNS
                {
                    return now;
                }
                std::ptr::read_unaligned(libc::CMSG_DATA(control).cast::<libc::timespec>())
            };
            let stamp = Duration::new(stamp.tv_sec.unsigned_abs(), stamp.tv_nsec.unsigned_abs() as u32);
            let (_, wall, here) = match self.compared {
                // One comparison serves for all sockets that are read at this moment.
                Some(compared) if compared.0 == now => compared,
                _ => {
                    let wall = std::time::SystemTime::now()
                        .duration_since(std::time::UNIX_EPOCH)
                        .unwrap_or_default();
                    *self.compared.insert((now, wall, Instant::now()))
                }
            };
            if stamp > wall {
                // It came while the sockets were being read.
                return here + (stamp - wall).min(Duration::from_millis(20));
            }
            let age = wall - stamp;
            // A wall clock that was just set would tell nonsense.
            if age > Duration::from_secs(5) { now } else { here.checked_sub(age).unwrap_or(now) }
        }
    }

    /// Reads what waits: all of it, or one datagram where `most` is 1, which spares the system the look for more.
    pub(super) fn drain(
        socket: &UdpSocket,
        most: usize,
        now: Instant,
        each: &mut dyn FnMut(&[u8], SocketAddr, Instant),
    ) {
        READING.with_borrow_mut(|batch| {
            for _ in 0..ROUNDS {
                // SAFETY: every message points at buffers of the given lengths, which live as long as the thread: the
                // batch is boxed and never moved.
                let count = unsafe {
                    libc::recvmmsg(
                        socket.as_raw_fd(),
                        batch.messages.as_mut_ptr(),
                        most as _,
                        libc::MSG_DONTWAIT as _,
                        std::ptr::null_mut(),
                    )
                };
                let Ok(count) = usize::try_from(count) else { return };
                for n in 0..count {
                    let Some(from) = address(&batch.names[n]) else { continue };
                    let at = batch.arrival(n, now);
                    let length = (batch.messages[n].msg_len as usize).min(LARGEST);
                    each(&batch.buffers[n][..length], from, at);
                }
                batch.refresh(count);
                if count < BATCH || most == 1 {
                    return;
                }
            }
        });
    }

    fn address(storage: &libc::sockaddr_storage) -> Option<SocketAddr> {
        let pointer = &raw const *storage;
        match libc::c_int::from(storage.ss_family) {
            libc::AF_INET => {
                // SAFETY: the family says that this is what the storage holds, and storage fits and aligns all kinds.
                let v4 = unsafe { &*pointer.cast::<libc::sockaddr_in>() };
                let ip = Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr));
                Some(SocketAddr::from((ip, u16::from_be(v4.sin_port))))
            }
            libc::AF_INET6 => {
                // SAFETY: as above.
                let v6 = unsafe { &*pointer.cast::<libc::sockaddr_in6>() };
                let ip = Ipv6Addr::from(v6.sin6_addr.s6_addr);
                Some(SocketAddr::V6(std::net::SocketAddrV6::new(
                    ip,
                    u16::from_be(v6.sin6_port),
                    v6.sin6_flowinfo,
                    v6.sin6_scope_id,
                )))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn datagrams_arrive_with_source_and_the_moment_they_came() {
        let receiver = UdpSocket::bind("127.0.0.1:0").expect("bind");
        let to = receiver.local_addr().expect("address");
        let mut port = UdpPort::new(receiver).expect("non-blocking");
        let mut sender = UdpPort::new(UdpSocket::bind("127.0.0.1:0").expect("bind")).expect("non-blocking");
        let from = sender.socket.local_addr().expect("address");
        let before = Instant::now();
        for n in 0..20u8 {
            assert!(sender.send(&[n; 172], to));
        }
        let sent = Instant::now();
        let later = sent + Duration::from_secs(1);
        let mut seen = Vec::new();
        port.drain(later, &mut |bytes, source, at| {
            assert_eq!((bytes.len(), source), (172, from));
            if cfg!(target_os = "linux") {
                let slack = Duration::from_millis(2);
                assert!(at + slack >= before && at <= sent + slack, "the kernel's time and not the reader's");
            }
            seen.push(bytes[0]);
        });
        assert_eq!(seen, (0..20).collect::<Vec<_>>());
        port.drain(later, &mut |_, _, _| panic!("nothing is left"));
    }
}
