//! `tandem simulate …`: what the queue and the dialer would make of a day, on a virtual clock.

use std::time::Instant;

use clap::{Args, Subcommand};
use tandem_simulator::{QueueDay, QueueReport, simulate_floors, simulate_queue};

use super::simulate_pacing::{self, PacingArguments};
use super::{Failure, output};

/// More take minutes rather than seconds.
const MOST_CALLS: f64 = 20_000_000.0;

#[derive(Debug, Subcommand)]
pub(super) enum SimulateCommand {
    /// Callers who wait for so many agents, beside what Erlang's formulas say of the same day.
    Queue(QueueArguments),
    /// Outbound calling: how busy people are, and how many who answer meet nobody.
    Pacing(PacingArguments),
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(super) struct QueueArguments {
    #[arg(long, value_name = "N", default_value_t = 100.0)]
    calls_per_hour: f64,
    #[arg(long, value_name = "N", default_value_t = 8)]
    agents: u32,
    /// Mean length of a call with its wrap-up, in seconds.
    #[arg(long, value_name = "S", default_value_t = 180.0)]
    handling: f64,
    /// Mean time after which a caller gives up, in seconds; without it nobody does.
    #[arg(long, value_name = "S")]
    patience: Option<f64>,
    /// Answered within so many seconds is in time.
    #[arg(long, value_name = "S", default_value_t = 20.0)]
    in_time: f64,
    #[arg(long, value_name = "H", default_value_t = 1_000.0)]
    hours: f64,
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    /// Instead: floors of many queues on which everything happens that can, and a look at all that the queues promise
    /// after every step. Prints one JSON document; a promise that is broken is exit code 1.
    #[arg(long)]
    invariants: bool,
    /// Of how many calls, with --invariants.
    #[arg(long, value_name = "N", default_value_t = 100_000, requires = "invariants",
          value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    calls: u64,
}

pub(super) fn run(command: SimulateCommand) -> Result<(), Failure> {
    let arguments = match command {
        SimulateCommand::Queue(arguments) => arguments,
        SimulateCommand::Pacing(arguments) => return simulate_pacing::run(&arguments),
    };
    if arguments.invariants {
        let report = simulate_floors(arguments.calls, arguments.seed, Instant::now());
        output::document(&report)?;
        return match report.violations {
            0 => Ok(()),
            count => Err(Failure::failed(format!("{count} times a promise of the queues was broken"))),
        };
    }
    let day = day(&arguments)?;
    let report = simulate_queue(&day, Instant::now());
    if arguments.json {
        return output::document(&report);
    }
    show(&report);
    Ok(())
}

fn day(arguments: &QueueArguments) -> Result<QueueDay, Failure> {
    let positive = |name: &str, value: f64| {
        let right = value.is_finite() && value > 0.0;
        if right {
            Ok(value)
        } else {
            Err(Failure::invalid(format!("--{name} {value}: expected more than 0")))
        }
    };
    let day = QueueDay {
        calls_per_hour: positive("calls-per-hour", arguments.calls_per_hour)?,
        agents: arguments.agents,
        handling_s: positive("handling", arguments.handling)?,
        patience_s: arguments.patience.map(|patience| positive("patience", patience)).transpose()?,
        hours: positive("hours", arguments.hours)?,
        // The queue begins empty; what comes of that is not counted.
        warm_up_hours: (arguments.hours / 10.0).min(10.0),
        in_time_s: positive("in-time", arguments.in_time)?,
        seed: arguments.seed,
    };
    if !(1..=5_000).contains(&day.agents) {
        return Err(Failure::invalid(format!("--agents {}: expected 1 to 5000", day.agents)));
    }
    if day.calls_per_hour * day.hours > MOST_CALLS {
        return Err(Failure::invalid(format!(
            "--hours {}: expected at most {:.0} with so many calls",
            day.hours,
            MOST_CALLS / day.calls_per_hour
        )));
    }
    let load = day.calls_per_hour / 3_600.0 * day.handling_s;
    if day.patience_s.is_none() && load >= f64::from(day.agents) {
        return Err(Failure::invalid(format!(
            "--agents {}: expected more than {load:.1}, or a --patience: such a queue grows for ever",
            day.agents
        )));
    }
    Ok(day)
}

fn show(report: &QueueReport) {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let seconds = |value: f64| format!("{value:.1} s");
    let row = |name: &str, simulated: String, theory: Option<String>| {
        output::line(&format!("{name:<16}{simulated:>12}{:>12}", theory.unwrap_or_else(|| "–".into())));
    };
    let theory = &report.theory;
    output::line(&format!("{:<16}{:>12}{:>12}", "", "simulated", theory.model));
    row("calls", report.calls.to_string(), None);
    row("service level", percent(report.service_level), theory.service_level.map(percent));
    let error = report.asa_error_s.map(|error| format!(" ± {error:.1}")).unwrap_or_default();
    row("ASA", format!("{:.1}{error} s", report.asa_s), theory.asa_s.map(seconds));
    row("mean wait", seconds(report.mean_wait_s), theory.mean_wait_s.map(seconds));
    row("longest wait", seconds(report.longest_wait_s), None);
    row("abandoned", percent(report.abandon), theory.abandon.map(percent));
    row("occupancy", percent(report.occupancy), theory.occupancy.map(percent));
}
