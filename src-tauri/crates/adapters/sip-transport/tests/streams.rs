//! TCP connections from plain sockets: framing, keep-alives, and peers that speak no SIP.

mod stack;

use std::time::Duration;

use stack::Stack;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

const OPTIONS: &str = "OPTIONS sip:us SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKBRANCH;rport\r\n\
                       Max-Forwards: 70\r\nFrom: <sip:x@y>;tag=1\r\nTo: <sip:us>\r\nCall-ID: BRANCH\r\nCSeq: 1 OPTIONS\r\n\
                       Content-Length: 4\r\n\r\nbody";

async fn read(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 4096];
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut buffer));
    let length = read.await.expect("something comes within 5 s").expect("the connection holds");
    String::from_utf8(buffer[..length].to_vec()).expect("text")
}

#[tokio::test]
async fn messages_in_pieces_and_in_one_go_are_answered_and_pings_get_a_pong() {
    let exchange = Stack::start().await;
    let mut stream = TcpStream::connect(exchange.address()).await.expect("connects");
    stream.write_all(b"\r\n\r\n").await.expect("written");
    assert_eq!(read(&mut stream).await, "\r\n");
    let first = OPTIONS.replace("BRANCH", "one");
    for piece in first.as_bytes().chunks(90) {
        stream.write_all(piece).await.expect("written");
        stream.flush().await.expect("flushed");
        tokio::task::yield_now().await;
    }
    assert!(read(&mut stream).await.starts_with("SIP/2.0 200 OK\r\n"));
    let two = OPTIONS.replace("BRANCH", "two") + &OPTIONS.replace("BRANCH", "three");
    stream.write_all(two.as_bytes()).await.expect("written");
    let mut answers = String::new();
    while answers.matches("SIP/2.0 200 OK").count() < 2 {
        answers += &read(&mut stream).await;
    }
}

#[tokio::test]
async fn a_stream_that_cannot_be_framed_is_closed_and_others_go_on() {
    let exchange = Stack::start().await;
    let mut bad = TcpStream::connect(exchange.address()).await.expect("connects");
    bad.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("written");
    assert_eq!(read(&mut bad).await, "", "closed");
    let mut good = TcpStream::connect(exchange.address()).await.expect("connects");
    good.write_all(OPTIONS.replace("BRANCH", "x").as_bytes()).await.expect("written");
    assert!(read(&mut good).await.starts_with("SIP/2.0 200"));
}

#[tokio::test]
async fn datagrams_are_answered_to_where_they_came_from_even_after_garbage() {
    let exchange = Stack::start().await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("binds");
    socket.send_to(b"\x00\xff garbage", exchange.address()).await.expect("sent");
    let options = OPTIONS.replace("BRANCH", "x").replace("TCP", "UDP");
    socket.send_to(options.as_bytes(), exchange.address()).await.expect("sent");
    let mut buffer = vec![0; 4096];
    let received = tokio::time::timeout(Duration::from_secs(5), socket.recv_from(&mut buffer));
    let (length, from) = received.await.expect("within 5 s").expect("received");
    assert_eq!(from, exchange.address());
    let answer = String::from_utf8_lossy(&buffer[..length]).into_owned();
    let port = socket.local_addr().expect("bound").port();
    assert!(answer.starts_with("SIP/2.0 200") && answer.contains(&format!("rport={port}")), "{answer}");
}
