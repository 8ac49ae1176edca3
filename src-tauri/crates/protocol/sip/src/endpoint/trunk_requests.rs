//! REGISTER and OPTIONS to trunks.

use std::time::Instant;

use super::Endpoint;
use super::requests::Owner;
use crate::message::{Method, NameAddr, Request, Uri};

impl Endpoint {
    pub(super) fn send_register(&mut self, now: Instant, id: &str, expires: u32) {
        let Some(trunk) = self.trunks.get_mut(id) else { return };
        trunk.seq += 1;
        let user = trunk.contact_user().to_owned();
        let domain = trunk.domain();
        let address = Uri::sip(Some(&Uri::escape_user(&user)), domain.clone(), None);
        let mut request = Request::new(Method::Register, Uri::sip(None, domain, None));
        request.headers.push("From", NameAddr::new(address.clone()).with_tag(&trunk.tag).to_string());
        request.headers.push("To", NameAddr::new(address).to_string());
        request.headers.push("Call-ID", trunk.call_id.clone());
        request.headers.push("CSeq", format!("{} REGISTER", trunk.seq));
        request.headers.push("Expires", expires.to_string());
        self.send_for_trunk(now, id, request, Owner::Register(id.to_owned()), Some(user));
    }

    pub(super) fn send_ping(&mut self, now: Instant, id: &str) {
        let Some(trunk) = self.trunks.get_mut(id) else { return };
        trunk.seq += 1;
        let user = trunk.contact_user().to_owned();
        let address = Uri::sip(Some(&Uri::escape_user(&user)), trunk.domain(), None);
        let to = Uri::sip(None, trunk.domain(), None);
        let mut request = Request::new(Method::Options, to.clone());
        request.headers.push("From", NameAddr::new(address).with_tag(&trunk.tag).to_string());
        request.headers.push("To", NameAddr::new(to).to_string());
        request.headers.push("Call-ID", trunk.call_id.clone());
        request.headers.push("CSeq", format!("{} OPTIONS", trunk.seq));
        request.headers.push("Accept", "application/sdp");
        self.send_for_trunk(now, id, request, Owner::Ping(id.to_owned()), Some(user));
    }

    fn send_for_trunk(
        &mut self,
        now: Instant,
        id: &str,
        mut request: Request,
        owner: Owner,
        user: Option<String>,
    ) {
        request.headers.push("Max-Forwards", "70");
        let Some(trunk) = self.trunks.get_mut(id) else { return };
        // Noted before it is sent: its failure may be reported at once.
        trunk.client = Some(self.last_id + 1);
        let hop = trunk.hop();
        self.send_request(now, request, hop, owner, Some(id.to_owned()), user);
    }
}
