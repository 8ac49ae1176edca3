//! Kamailio 5.6 between the peer and the exchange: the carrier's registrar and proxy for a trunk of ours, and the proxy
//! before our own registrar. Either way it puts itself into the route of the call (RFC 3261, section 16.6).

use std::process::Command;

use tempfile::TempDir;

use super::cell::{Transport, free_port};
use super::program::Program;

/// The trunk's digest user there, the carrier's domain, and the password.
pub const USER: &str = "tandem-trunk";
pub const DOMAIN: &str = "carrier.test";
pub const PASSWORD: &str = "not-a-secret";

/// A running Kamailio.
#[derive(Debug)]
pub struct Kamailio {
    program: Program,
    port: u16,
    _folder: TempDir,
}

impl Kamailio {
    /// `exchange` is our `host:port`, `peer` the port of the telephone that numbers of +1555 belong to.
    pub async fn start(transport: Transport, exchange: &str, peer: u16) -> Self {
        let (folder, port) = (TempDir::new().expect("a folder"), free_port());
        let configuration = ROUTES
            .replace("PORT", &port.to_string())
            .replace("EXCHANGE", &format!("{exchange};transport={}", transport.parameter()))
            .replace("PEER", &format!("127.0.0.1:{peer};transport={}", transport.parameter()))
            .replace("USER", USER)
            .replace("PASSWORD", PASSWORD);
        let path = folder.path().join("kamailio.cfg");
        std::fs::write(&path, configuration).expect("written");
        let mut command = Command::new("kamailio");
        command.args(["-DD", "-E", "-m", "32", "-M", "4", "-f"]).arg(&path).arg("-Y").arg(folder.path());
        let program = Program::start("kamailio", "kamailio", &mut command).ended_gently();
        program.until(0, "ready to relay", 20).await;
        Self { program, port, _folder: folder }
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Waits until our trunk has registered with it.
    pub async fn registered(&self) {
        self.program.until(0, "saved sip:tandem-trunk", 20).await;
    }

    /// Fails unless the call's beginning and its end went through it.
    pub fn check_relayed(&self) {
        let text = self.program.text();
        for method in ["INVITE", "ACK", "BYE"] {
            assert!(text.contains(&format!("relayed {method}")), "no {method} went by Kamailio:\n{text}");
        }
    }
}

const ROUTES: &str = r#"
debug=1
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
alias="carrier.test"
listen=udp:127.0.0.1:PORT
listen=tcp:127.0.0.1:PORT
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "path.so"
loadmodule "xlog.so"
event_route[tm:local-request] { return; }
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) { route(RELAY); } exit; }
  if (has_totag()) {
    if (loose_route()) { route(RELAY); exit; }
    if (is_method("ACK")) { if (t_check_trans()) { route(RELAY); } exit; }
    sl_send_reply("404", "Not Here"); exit;
  }
  t_check_trans();
  # A telephone that has us as its outbound proxy names us in a Route.
  loose_route();
  if (is_method("OPTIONS") && uri==myself) { sl_send_reply("200", "OK"); exit; }
  if (is_method("REGISTER")) {
    if (uri==myself) {
      if (!pv_www_authenticate("carrier.test", "PASSWORD", "0")) { www_challenge("carrier.test", "1"); exit; }
      if (save("location")) { xlog("L_ERR", "saved $tu\n"); }
      exit;
    }
    add_path();
    route(RELAY); exit;
  }
  if (is_method("INVITE")) {
    if (uri==myself && $rU =~ "^\+1555") {
      if (!pv_proxy_authenticate("carrier.test", "PASSWORD", "0")) { proxy_challenge("carrier.test", "1"); exit; }
      consume_credentials();
      record_route();
      $du = "sip:PEER";
      route(RELAY); exit;
    }
    record_route();
    if (uri==myself) { $du = "sip:EXCHANGE"; }
  }
  route(RELAY);
}
route[RELAY] {
  xlog("L_ERR", "relayed $rm from $si:$sp to $ru by $du\n");
  if (!t_relay()) { sl_reply_error(); }
}
event_route[core:worker-one-init] { xlog("L_ERR", "ready to relay\n"); }
"#;
