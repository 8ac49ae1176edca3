//! `tandem retention …`: how long things are kept, and deleting what is due.

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::Client;
use super::{Failure, ServerArguments, output};

/// What can be asked about retention.
#[derive(Debug, Subcommand)]
pub enum RetentionCommand {
    /// Say how long what is kept, what is due, and what the last sweep deleted.
    Show {
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArguments,
    },
    /// Delete what is due now instead of within the hour.
    Run {
        /// Say what would be deleted, and delete nothing.
        #[arg(long)]
        dry_run: bool,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArguments,
    },
}

/// What is counted, and what of the settings it follows.
const ROWS: [(&str, &str); 4] = [
    ("recordings", "recordings_days"),
    ("transcript_items", "transcripts_days"),
    ("events", "events_days"),
    ("sip_messages", "sip_traces_days"),
];

pub(super) async fn run(command: RetentionCommand) -> Result<(), Failure> {
    match command {
        RetentionCommand::Show { json, server } => show(json, &server).await,
        RetentionCommand::Run { dry_run, json, server } => sweep(dry_run, json, &server).await,
    }
}

async fn show(as_json: bool, server: &ServerArguments) -> Result<(), Failure> {
    let kept = Client::new(server)?.get("/retention").await?;
    if as_json {
        return output::document(&kept);
    }
    for (what, days) in ROWS {
        let how_long = kept["settings"][days]
            .as_u64()
            .map_or_else(|| "kept for ever".to_owned(), |days| format!("kept for {days} days"));
        output::line(&format!("{:<18}{how_long}, {} due", name(what), kept["due"][what]));
    }
    let last = kept["last_sweep"]["at"].as_str().map_or_else(
        || "no sweep yet".to_owned(),
        |at| format!("last sweep at {at}: {}", counts(&kept["last_sweep"]["swept"])),
    );
    output::line(&last);
    Ok(())
}

async fn sweep(dry_run: bool, as_json: bool, server: &ServerArguments) -> Result<(), Failure> {
    let client = Client::new(server)?;
    let swept = if dry_run {
        client.get("/retention").await?["due"].clone()
    } else {
        client.post("/retention/sweep", Value::Null).await?
    };
    if as_json {
        return output::document(&json!({ "dry_run": dry_run, "swept": swept }));
    }
    let begin = if dry_run { "would be deleted" } else { "deleted" };
    output::line(&format!("{begin}: {}", counts(&swept)));
    Ok(())
}

fn counts(swept: &Value) -> String {
    ROWS.map(|(what, _)| format!("{} {}", swept[what], name(what))).join(", ")
}

fn name(what: &str) -> String {
    if what == "sip_messages" { "SIP messages".to_owned() } else { what.replace('_', " ") }
}
