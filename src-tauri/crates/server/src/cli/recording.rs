//! `tandem recording verify`: reads recordings again and compares them with the hashes in their calls' rows.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::client::Client;
use super::{Failure, ServerArguments, output};

/// What came of it.
#[derive(Debug, Default, Serialize)]
struct Verified {
    /// Calls whose recording is what was written.
    whole: u64,
    /// Calls whose recording is not.
    altered: Vec<String>,
    /// Calls whose recording cannot be read.
    missing: Vec<String>,
    /// Calls whose recording has no hash: it is not finished, or of an earlier version.
    without_hash: u64,
}

pub(super) async fn verify(call: Option<&str>, json: bool, server: &ServerArguments) -> Result<(), Failure> {
    let client = Client::new(server)?;
    let mut verified = Verified::default();
    match call {
        Some(id) => verified.look_at(&client, &client.get(&format!("/calls/{id}")).await?).await?,
        None => {
            let mut cursor = String::new();
            loop {
                let page = client.get(&format!("/calls?limit=200{cursor}")).await?;
                for call in page["items"].as_array().into_iter().flatten() {
                    verified.look_at(&client, call).await?;
                }
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
        }
    }
    if json {
        output::document(&verified)?;
    } else {
        verified.print();
    }
    if verified.altered.is_empty() && verified.missing.is_empty() {
        Ok(())
    } else {
        Err(Failure::conflict("some recordings are not what was written"))
    }
}

impl Verified {
    async fn look_at(&mut self, client: &Client, call: &Value) -> Result<(), Failure> {
        let id = call["id"].as_str().unwrap_or_default().to_owned();
        let Some(told) = call["recording"]["sha256"].as_str() else {
            self.without_hash += u64::from(!call["recording"].is_null());
            return Ok(());
        };
        // Without a format this is the file as it lies on disk.
        let mut file = match client.stream(&format!("/calls/{id}/recording")).await {
            Ok(file) => file,
            Err(_) => {
                self.missing.push(id);
                return Ok(());
            }
        };
        let mut hash = Sha256::new();
        loop {
            match file.chunk().await {
                Ok(Some(piece)) => hash.update(&piece),
                Ok(None) => break,
                Err(error) => return Err(Failure::failed(format!("reading the recording of {id}: {error}"))),
            }
        }
        let found: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        if found == told {
            self.whole += 1;
        } else {
            self.altered.push(id);
        }
        Ok(())
    }

    fn print(&self) {
        output::line(&format!("{} as written, {} without a hash", self.whole, self.without_hash));
        for id in &self.altered {
            output::line(&format!("altered: {id}"));
        }
        for id in &self.missing {
            output::line(&format!("missing: {id}"));
        }
    }
}
