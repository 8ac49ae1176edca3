//! `tandem simulate pacing`: days of outbound calling on a virtual clock, by the pacer that live campaigns use or by the
//! rules of others.

use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde::Serialize;
use tandem_dialer::pacing::{Mode, Settings};
use tandem_simulator::{Baseline, PacingDay, PacingReport, PacingRule, Scenario, simulate_pacing};

use super::{Failure, output};

/// More take minutes rather than seconds.
const MOST_AGENT_HOURS: f64 = 1_000_000.0;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ScenarioName {
    /// Ring and talk exponential, no wrap-up, no grace: the case whose optimum is known exactly.
    Markov,
    /// Rings as real ones end, talk log-normal with a wrap-up, 2 s of grace.
    Realistic,
    /// The same, with an answer rate that swings and people who pause.
    Drift,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum ModeName {
    Progressive,
    Predictive,
    Elastic,
    /// VICIdial's adaptive rule with a hard limit, at its best setting.
    Vicidial,
    /// A fixed number of lines for each free person (--lines).
    Ratio,
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(super) struct PacingArguments {
    #[arg(long, value_name = "N", default_value_t = 10)]
    agents: u32,
    #[arg(long, value_enum, default_value = "realistic")]
    scenario: ScenarioName,
    #[arg(long, value_enum, default_value = "predictive")]
    mode: ModeName,
    /// Share of attempts that people answer.
    #[arg(long, value_name = "P", default_value_t = 0.3)]
    answer_rate: f64,
    /// Mean ring of those who answer, in seconds.
    #[arg(long, value_name = "S", default_value_t = 12.0)]
    ring: f64,
    /// Mean time at a customer with its wrap-up, in seconds.
    #[arg(long, value_name = "S", default_value_t = 180.0)]
    talk: f64,
    /// Hours a day.
    #[arg(long, value_name = "H", default_value_t = 8.0)]
    hours: f64,
    #[arg(long, value_name = "N", default_value_t = 1)]
    days: u32,
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The greatest share of answered calls that may be missed.
    #[arg(long, value_name = "P", default_value_t = 0.03)]
    abandon_limit: f64,
    /// `elastic`: how long an assistant holds a customer for a person, in seconds.
    #[arg(long, value_name = "S", default_value_t = 30.0)]
    bridge: f64,
    /// `elastic`: the share of calls that assistants may finish.
    #[arg(long, value_name = "P", default_value_t = 0.1)]
    assistant_share: f64,
    /// `ratio`: lines for each free person.
    #[arg(long, value_name = "N", default_value_t = 2.0)]
    lines: f64,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Document<'a> {
    scenario: String,
    mode: String,
    #[serde(flatten)]
    report: &'a PacingReport,
}

pub(super) fn run(arguments: &PacingArguments) -> Result<(), Failure> {
    let day = day(arguments)?;
    let report = simulate_pacing(&day, Instant::now());
    if arguments.json {
        let (scenario, mode) = (name(arguments.scenario), name(arguments.mode));
        return output::document(&Document { scenario, mode, report: &report });
    }
    show(&report);
    Ok(())
}

/// As it is given on the command line.
fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn day(arguments: &PacingArguments) -> Result<PacingDay, Failure> {
    let within = |name: &str, value: f64, least: f64, most: f64| {
        if (least..=most).contains(&value) {
            Ok(value)
        } else {
            Err(Failure::invalid(format!("--{name} {value}: expected {least} to {most}")))
        }
    };
    let scenario = match arguments.scenario {
        ScenarioName::Markov => Scenario::Markov,
        ScenarioName::Realistic => Scenario::Realistic,
        ScenarioName::Drift => Scenario::Drift,
    };
    let day = PacingDay {
        agents: arguments.agents,
        scenario,
        rule: rule(arguments, scenario)?,
        answer_rate: within("answer-rate", arguments.answer_rate, 0.01, 1.0)?,
        ring_s: within("ring", arguments.ring, 3.0, 20.0)?,
        talk_s: within("talk", arguments.talk, 5.0, 3_600.0)?,
        hours: within("hours", arguments.hours, 0.25, 24.0)?,
        days: arguments.days,
        incidents: Vec::new(),
        seed: arguments.seed,
    };
    if !(1..=1_000).contains(&day.agents) {
        return Err(Failure::invalid(format!("--agents {}: expected 1 to 1000", day.agents)));
    }
    if day.days == 0 || f64::from(day.days) * day.hours * f64::from(day.agents) > MOST_AGENT_HOURS {
        let most = MOST_AGENT_HOURS / day.hours / f64::from(day.agents);
        return Err(Failure::invalid(format!("--days {}: expected 1 to {most:.0}", day.days)));
    }
    Ok(day)
}

fn rule(arguments: &PacingArguments, scenario: Scenario) -> Result<PacingRule, Failure> {
    let mode = match arguments.mode {
        ModeName::Progressive => Mode::Progressive,
        ModeName::Predictive => Mode::Predictive,
        ModeName::Elastic => Mode::Elastic,
        ModeName::Vicidial => {
            return Ok(PacingRule::Baseline(Baseline::vicidial(arguments.abandon_limit, 3.0)));
        }
        ModeName::Ratio => return Ok(PacingRule::Baseline(Baseline::Ratio(arguments.lines))),
    };
    let bridge = Duration::try_from_secs_f64(arguments.bridge)
        .map_err(|_| Failure::invalid(format!("--bridge {}: expected 0 to 600", arguments.bridge)))?;
    let settings = Settings {
        mode,
        abandon_limit: arguments.abandon_limit,
        hour_limit: Settings::default().hour_limit.max(arguments.abandon_limit),
        bridge,
        assistant_share: arguments.assistant_share,
        connect_within: match scenario {
            Scenario::Markov => Duration::ZERO,
            _ => Settings::default().connect_within,
        },
        ..Settings::default()
    };
    settings.check().map_err(|fault| {
        Failure::invalid(format!("--{}: expected {}", fault.field.replace('_', "-"), fault.expected))
    })?;
    Ok(PacingRule::Pacer(settings))
}

fn show(report: &PacingReport) {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let row = |name: &str, value: String| output::line(&format!("{name:<18}{value:>12}"));
    row("occupancy", percent(report.occupancy));
    row("abandoned", percent(report.abandon));
    row("finished by AI", percent(report.ai_share));
    row("worst hour", report.worst_hour.map_or_else(|| "–".into(), percent));
    row("dials", report.dials.to_string());
    row("answers", report.answers.to_string());
    row("dials an answer", format!("{:.2}", report.dials_per_answer));
    row("mean wait", format!("{:.1} s", report.mean_wait_s));
}
