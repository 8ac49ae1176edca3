//! A name server on loopback: a zone in memory, and what it was asked.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, NAPTR, SRV};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use tokio::net::UdpSocket;

/// Serves until it is dropped.
pub struct NameServer {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

/// Name, without its last dot, and record.
pub type Zone = Vec<(&'static str, RData)>;

pub fn host(name: &'static str) -> (&'static str, RData) {
    (name, RData::A(A(Ipv4Addr::LOCALHOST)))
}

pub fn srv(service: &'static str, priority: u16, weight: u16, at: (u16, &str)) -> (&'static str, RData) {
    (service, RData::SRV(SRV::new(priority, weight, at.0, name(at.1))))
}

pub fn naptr(domain: &'static str, order: u16, kind: &str, service: &str) -> (&'static str, RData) {
    let text = |text: &str| text.as_bytes().to_vec().into_boxed_slice();
    (domain, RData::NAPTR(NAPTR::new(order, 50, text("s"), text(kind), text(""), name(service))))
}

fn name(text: &str) -> Name {
    Name::from_ascii(format!("{text}.")).expect("a name")
}

impl NameServer {
    pub async fn start(zone: Zone) -> NameServer {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("bound");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let questions = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            let mut buffer = [0; 1_500];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let Ok(question) = Message::from_vec(&buffer[..length]) else { continue };
                let answer = answer(&zone, &question, &mut questions.lock().expect("not poisoned"));
                let _ = socket.send_to(&answer.to_vec().expect("it is small"), from).await;
            }
        });
        NameServer { address, asked, task }
    }

    /// The questions so far, as `TYPE name`, each once, in their order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("not poisoned").clone()
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn answer(zone: &Zone, question: &Message, asked: &mut Vec<String>) -> Message {
    let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
    answer.metadata.message_type = MessageType::Response;
    answer.metadata.authoritative = true;
    answer.metadata.recursion_desired = question.metadata.recursion_desired;
    let Some(query) = question.queries.first() else { return answer };
    answer.add_query(query.clone());
    let wanted = query.name().to_ascii().trim_end_matches('.').to_ascii_lowercase();
    let line = format!("{} {wanted}", query.query_type());
    // Whether A or AAAA comes first is not a matter of ours.
    if query.query_type() != RecordType::AAAA && !asked.contains(&line) {
        asked.push(line);
    }
    let known = zone.iter().any(|(name, _)| *name == wanted);
    for (_, data) in
        zone.iter().filter(|(name, data)| *name == wanted && data.record_type() == query.query_type())
    {
        answer.add_answer(Record::from_rdata(query.name().clone(), 60, data.clone()));
    }
    if !known {
        answer.metadata.response_code = ResponseCode::NXDomain;
    }
    answer
}
