//! Reports as CSV (RFC 4180): a header, then a row each; times in seconds, as spreadsheets reckon with them.

use std::fmt::Write as _;

use crate::reports::{AgentReport, QueueReport};

/// The rows of a report of queues.
pub fn queues(report: &QueueReport) -> String {
    let mut text = String::from(
        "from,to,queue,name,offered,answered,answered_in_time,abandoned,abandoned_short,overflowed,moved,\
         taken_over,service_level_percent,abandon_percent,asa_s,longest_wait_s,average_abandon_wait_s,handled,\
         aht_s,average_talk_s,missed,declined\r\n",
    );
    for row in &report.rows {
        let of = &row.figures;
        let cells = [
            row.from.0.clone(),
            row.to.0.clone(),
            row.queue.clone(),
            row.name.clone(),
            of.offered.to_string(),
            of.answered.to_string(),
            of.answered_in_time.to_string(),
            of.abandoned.to_string(),
            of.abandoned_short.to_string(),
            of.overflowed.values().sum::<u64>().to_string(),
            of.moved.to_string(),
            of.taken_over.to_string(),
            number(of.service_level_percent),
            number(of.abandon_percent),
            seconds(of.asa_ms),
            seconds(Some(of.longest_wait_ms)),
            seconds(of.average_abandon_wait_ms),
            of.handled.to_string(),
            seconds(of.aht_ms),
            seconds(of.average_talk_ms),
            of.missed.to_string(),
            of.declined.to_string(),
        ];
        push_row(&mut text, &cells);
    }
    text
}

/// The rows of a report of agents; breaks have one column for each reason that there is.
pub fn agents(report: &AgentReport) -> String {
    let reasons: Vec<&String> = report.total.paused_by_reason_ms.keys().collect();
    let mut header: Vec<String> =
        "from,to,user,name,signed_in_s,ready_s,offered_s,busy_s,wrap_up_s,paused_s,\
         occupancy_percent,offers,taken,missed,declined,handled,transferred,average_talk_s,average_wrap_up_s"
            .split(',')
            .map(str::to_owned)
            .collect();
    header.extend(reasons.iter().map(|reason| format!("paused_{reason}_s")));
    let mut text = String::new();
    push_row(&mut text, &header);
    for row in &report.rows {
        let of = &row.figures;
        let mut cells = vec![
            row.from.0.clone(),
            row.to.0.clone(),
            row.user.clone(),
            row.name.clone(),
            seconds(Some(of.signed_in_ms)),
            seconds(Some(of.ready_ms)),
            seconds(Some(of.offered_ms)),
            seconds(Some(of.busy_ms)),
            seconds(Some(of.wrap_up_ms)),
            seconds(Some(of.paused_ms)),
            number(of.occupancy_percent),
            of.offers.to_string(),
            of.taken.to_string(),
            of.missed.to_string(),
            of.declined.to_string(),
            of.handled.to_string(),
            of.transferred.to_string(),
            seconds(of.average_talk_ms),
            seconds(of.average_wrap_up_ms),
        ];
        let paused = |reason: &&String| of.paused_by_reason_ms.get(*reason).copied().unwrap_or_default();
        cells.extend(reasons.iter().map(|reason| seconds(Some(paused(reason)))));
        push_row(&mut text, &cells);
    }
    text
}

fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn seconds(ms: Option<i64>) -> String {
    ms.map(|ms| format!("{}.{:03}", ms / 1_000, ms % 1_000)).unwrap_or_default()
}

fn push_row(text: &mut String, cells: &[String]) {
    for (index, cell) in cells.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let _ = write!(text, "{comma}{}", escaped(cell));
    }
    text.push_str("\r\n");
}

/// A name may begin with what a spreadsheet takes for a formula: an apostrophe makes it text there.
fn escaped(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_a_formula_is_text_and_what_has_a_comma_is_quoted() {
        assert_eq!(escaped("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for bad in ["+1", "-1", "@a", "\tx"] {
            assert!(escaped(bad).starts_with('\''), "{bad}");
        }
        assert_eq!(escaped("Sales, north"), "\"Sales, north\"");
        assert_eq!(escaped("Support"), "Support");
    }

    #[test]
    fn seconds_have_their_milliseconds_and_what_is_absent_is_empty() {
        assert_eq!(
            (seconds(Some(61_005)), seconds(Some(0)), seconds(None)),
            ("61.005".into(), "0.000".into(), String::new())
        );
        assert_eq!(number(Some(33.3)), "33.3");
    }
}
