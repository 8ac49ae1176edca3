//! A call's SIP messages as the API shows them.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde::Serialize;
use tandem_switchboard::ports::trace::MOST_MESSAGES;
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::time::Time;
use crate::words::{SipDirection, SipParty};

/// A call's SIP messages, in the order in which they were sent and received.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SipTrace {
    pub items: Vec<SipMessage>,
    /// After this many days messages are deleted; never where absent.
    pub kept_days: Option<u32>,
    /// The call had more messages than are kept of one; the last are missing.
    pub cut_short: bool,
}

/// One SIP message, without its secrets: what authenticates or encrypts shows as `***`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SipMessage {
    /// 1 is the first.
    pub position: i64,
    pub at: Time,
    /// Number of the connection that it belongs to; a call has one with the customer and one with each phone of ours.
    pub leg: u64,
    /// Who is at the other end of the leg.
    pub party: SipParty,
    pub direction: SipDirection,
    /// `udp`, `tcp` …
    pub transport: String,
    /// `address:port` of ours.
    pub local: String,
    /// `address:port` of the peer.
    pub peer: String,
    /// Of the request, or of the one that this answers.
    pub method: String,
    /// Of an answer.
    pub status: Option<u16>,
    pub cseq: i64,
    pub sip_call_id: String,
    /// `INVITE`, or `180 Ringing`.
    pub summary: String,
    /// It carries a session description.
    pub session_description: bool,
    /// The same message went the same way before.
    pub retransmission: bool,
    /// The whole message.
    pub text: String,
}

impl SipTrace {
    /// The messages of one call, by position.
    pub fn new(rows: &[records::SipMessage], kept_days: Option<u32>) -> Self {
        let mut seen = HashSet::new();
        let items: Vec<_> = rows
            .iter()
            .map(|row| {
                let message = &row.message;
                // A retransmission is the same to the last byte (RFC 3261, section 17); anything new has its own CSeq
                // or branch.
                let first =
                    seen.insert((message.direction, message.peer.as_str(), message.text.expose().as_str()));
                SipMessage::new(row, !first)
            })
            .collect();
        let cut_short = i64::try_from(items.len()).unwrap_or(i64::MAX) >= MOST_MESSAGES;
        Self { items, kept_days, cut_short }
    }

    /// The messages as plain text, each under a line that says when and which way it went.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for item in &self.items {
            let (from, to) = match item.direction {
                SipDirection::Sent => (&item.local, &item.peer),
                SipDirection::Received => (&item.peer, &item.local),
            };
            let again = if item.retransmission { " (retransmission)" } else { "" };
            let SipMessage { position, at: Time(at), transport, leg, text: message, .. } = item;
            let _ = writeln!(text, "#{position} {at} {transport} {from} -> {to} leg {leg}{again}");
            text.push_str(&message.replace("\r\n", "\n"));
            text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
        }
        text
    }
}

impl SipMessage {
    fn new(row: &records::SipMessage, retransmission: bool) -> Self {
        let message = &row.message;
        let start_line = message.start_line.as_str();
        let summary = match message.status {
            Some(_) => start_line.strip_prefix("SIP/2.0 ").unwrap_or(start_line).to_owned(),
            None => message.method.clone(),
        };
        Self {
            position: row.position,
            at: message.at.into(),
            leg: row.leg.0,
            party: row.party.into(),
            direction: message.direction.into(),
            transport: message.transport.clone(),
            local: message.local.clone(),
            peer: message.peer.clone(),
            method: message.method.clone(),
            status: message.status,
            cseq: message.cseq,
            sip_call_id: message.sip_call_id.clone(),
            summary,
            session_description: message.text.as_str().contains("\r\n\r\nv=0"),
            retransmission,
            text: message.text.as_str().to_owned(),
        }
    }
}
