//! Stub.
pub mod cli { use std::{net::SocketAddr,path::PathBuf}; #[derive(Debug,Clone)] pub struct ServeArguments { pub data: Option<PathBuf>, pub http: SocketAddr, pub plain_http_anywhere: bool, pub sip: SocketAddr, pub rtp_ports:(u16,u16), pub database: Option<String>, pub sandbox: bool, pub sandbox_recordings: Option<PathBuf>, pub providers: Option<PathBuf>, pub drain_s: u64 } }
pub mod compose {
  use std::sync::Arc; use std::net::SocketAddr; use std::time::Duration;
  pub fn log_to_stderr() { let _ = tracing_subscriber::fmt().with_writer(std::io::stderr).try_init(); }
  #[derive(Debug)] pub struct ServeOptions { sandbox: bool, http: SocketAddr }
  impl ServeOptions { pub fn from_arguments(a: super::cli::ServeArguments) -> Result<Self,String> { Ok(Self{sandbox:a.sandbox, http:a.http}) } }
  #[derive(Debug, thiserror::Error)] #[error("start")] pub struct StartError;
  #[derive(Debug)] pub struct SignIn { pub email: String, pub password: String }
  #[derive(Debug)] pub struct X(usize); impl X { pub fn live_count(&self)->usize { self.0 } }
  #[derive(Debug)] pub struct Running { addr: SocketAddr, s: Option<SignIn>, x: Arc<X>, _t: tempfile::TempDir }
  impl Running { pub fn http(&self)->SocketAddr{self.addr} pub fn sign_in(&self)->Option<&SignIn>{self.s.as_ref()} pub fn exchange(&self)->&Arc<X>{&self.x} pub async fn drain(&self,_:Duration){ tracing::info!("drained"); } }
  const PAGE: &str = r#"<!doctype html><title>t</title><body><h1 id=s>loading</h1><script>
  const out=(k,v)=>{const p=document.createElement('p');p.id=k;p.textContent=v;document.body.append(p)};
  out('sign', JSON.stringify(window.__TANDEM_SIGN_IN__||null));
  const I=window.__TAURI_INTERNALS__;
  I.invoke('phone_status').then(v=>out('status',JSON.stringify(v)),e=>out('status','ERR '+e));
  I.invoke('phone_devices').then(v=>out('devices',JSON.stringify(v)),e=>out('devices','ERR '+e));
  I.invoke('plugin:event|listen',{event:'phone://level',target:{kind:'Any'},handler:I.transformCallback(e=>{document.getElementById('s').textContent=JSON.stringify(e.payload)})}).then(v=>out('listen','ok'),e=>out('listen','ERR '+e));
  I.invoke('plugin:dialog|message',{message:'x'}).then(v=>out('dialog','BAD'),e=>out('dialog','refused'));
  I.invoke('notify',{title:'a',body:'b'}).then(v=>out('notify','ok'),e=>out('notify','ERR '+e));
  </script>"#;
  pub async fn start(o: ServeOptions) -> Result<Running, StartError> {
    use tokio::io::{AsyncReadExt,AsyncWriteExt};
    let l = tokio::net::TcpListener::bind(o.http).await.map_err(|_| StartError)?; let addr=l.local_addr().unwrap();
    tokio::spawn(async move { loop { let (mut c,_) = l.accept().await.unwrap(); tokio::spawn(async move { let mut b=[0;4096]; let _=c.read(&mut b).await; let _=c.write_all(format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{PAGE}",PAGE.len()).as_bytes()).await; }); } });
    Ok(Running{addr, s: o.sandbox.then(||SignIn{email:"supervisor@sandbox.test".into(),password:"pw".into()}), x: Arc::new(X(std::env::var("LIVE").ok().and_then(|v|v.parse().ok()).unwrap_or(0))), _t: tempfile::TempDir::new().unwrap()})
  }
}
pub use compose::{Running, ServeOptions, StartError};
