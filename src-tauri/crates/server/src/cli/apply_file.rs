//! The declaration file of `tandem apply`: TOML sections as the API's own JSON bodies.
//!
//! ```toml
//! [[trunk]]
//! name = "Carrier"            # its natural key
//! host = "sip.carrier.example" # without a port, its SRV records are looked up
//! transport = "tls"           # or "tcp"; "udp" where not given
//! srtp = "required"           # or "dtls", "optional", "off"; optional with TLS and off without, where not given
//! codecs = ["pcma", "pcmu"]   # the preferred first; all of them where not given
//! username = "12345"
//! password_env = "CARRIER_PASSWORD"
//! register_s = 300
//!
//! [[assistant]]
//! code = "front-desk"         # its natural key
//! name = "Front desk"
//! script_file = "front-desk.toml"
//! settings = { language = "en", first_message = "Good morning." }
//!
//! [[number]]
//! number = "+15551234567"     # its natural key
//! trunk = "Carrier"
//! assistant = "front-desk"    # or person = "ann@example.com", or a route of any kind:
//!
//! [[number]]
//! number = "+15557654321"
//! trunk = "Carrier"
//! [number.route]              # as the API has it; assistants by code, people by e-mail address
//! kind = "hours"
//! hours = "office"
//! open = { kind = "assistant", assistant = "front-desk" }
//! closed = { kind = "webhook", url = "https://example.com/night", secret_env = "NIGHT", fallback = { kind = "voicemail" } }
//!
//! [[hours]]
//! name = "office"             # its natural key
//! time_zone = "Europe/Vienna" # the organisation's where not given
//! week = [{ days = ["mon", "tue", "wed", "thu", "fri"], from = "09:00", to = "17:00" }]
//! exceptions = [{ date = "12-25" }, { date = "2026-12-24", open = [{ from = "09:00", to = "12:00" }] }]
//!
//! [[user]]
//! email = "ann@example.com"   # its natural key
//! name = "Ann"
//! role = "supervisor"
//! password_env = "ANN_PASSWORD"
//! ```

use std::path::Path;

use serde_json::{Map, Value};

use super::{Failure, apply_route};

/// The sections, in the order in which they can be applied.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Declaration {
    pub trunks: Vec<Map<String, Value>>,
    pub assistants: Vec<Map<String, Value>>,
    pub users: Vec<Map<String, Value>>,
    pub hours: Vec<Map<String, Value>>,
    pub numbers: Vec<Map<String, Value>>,
}

/// Reads the file and what it refers to (script files, passwords in the environment).
pub(super) fn read(
    path: &Path,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Declaration, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::not_found(format!("reading {}: {error}", path.display())))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    parse(&text, environment, |name| {
        std::fs::read_to_string(folder.join(name)).map_err(|error| format!("reading {name}: {error}"))
    })
}

fn parse(
    text: &str,
    environment: impl Fn(&str) -> Option<String>,
    file: impl Fn(&str) -> Result<String, String>,
) -> Result<Declaration, Failure> {
    let tables: Map<String, Value> =
        toml::from_str(text).map_err(|error| Failure::invalid(format!("not TOML: {error}")))?;
    let mut declaration = Declaration::default();
    for (section, rows) in tables {
        let target = match section.as_str() {
            "trunk" => &mut declaration.trunks,
            "assistant" => &mut declaration.assistants,
            "user" => &mut declaration.users,
            "hours" => &mut declaration.hours,
            "number" => &mut declaration.numbers,
            other => {
                return Err(Failure::invalid(format!(
                    "{other}: expected [[trunk]], [[assistant]], [[user]], [[hours]] or [[number]]"
                )));
            }
        };
        let Value::Array(rows) = rows else {
            return Err(Failure::invalid(format!("{section}: expected [[{section}]], a list of tables")));
        };
        for row in rows {
            let Value::Object(mut row) = row else {
                return Err(Failure::invalid(format!("{section}: expected a table")));
            };
            resolve(&section, &mut row, &environment, &file)?;
            target.push(row);
        }
    }
    Ok(declaration)
}

/// Replaces `password_env` and `script_file` by what they stand for.
fn resolve(
    section: &str,
    row: &mut Map<String, Value>,
    environment: &impl Fn(&str) -> Option<String>,
    file: &impl Fn(&str) -> Result<String, String>,
) -> Result<(), Failure> {
    if let Some(name) = take_text(row, "password_env") {
        let Some(password) = environment(&name) else {
            return Err(Failure::invalid(format!(
                "{section}.password_env: {name} is not set in the environment"
            )));
        };
        row.insert("password".into(), Value::String(password));
    }
    if let Some(route) = row.get_mut("route") {
        apply_route::resolve_secrets(route, environment)?;
    }
    if let Some(name) = take_text(row, "script_file") {
        let script =
            file(&name).map_err(|error| Failure::invalid(format!("{section}.script_file: {error}")))?;
        let settings = row.entry("settings").or_insert_with(|| Value::Object(Map::new()));
        settings["speech"]["script"] = Value::String(script);
    }
    Ok(())
}

fn take_text(row: &mut Map<String, Value>, field: &str) -> Option<String> {
    row.remove(field)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_here(text: &str) -> Result<Declaration, Failure> {
        let environment = |name: &str| (name == "SECRET").then(|| "hush".to_owned());
        parse(text, environment, |name| Ok(format!("script of {name}")))
    }

    #[test]
    fn passwords_come_from_the_environment_and_scripts_from_files() {
        let text = "[[trunk]]\nname = 'A'\npassword_env = 'SECRET'\n\
                    [[assistant]]\ncode = 'b'\nscript_file = 'b.toml'\n";
        let declaration = parse_here(text).expect("parsed");
        assert_eq!(declaration.trunks[0]["password"], "hush");
        assert_eq!(declaration.assistants[0]["settings"]["speech"]["script"], "script of b.toml");
    }

    #[test]
    fn what_is_not_known_is_named() {
        let unset = parse_here("[[user]]\nemail = 'a'\npassword_env = 'NOPE'\n").expect_err("not set");
        assert_eq!(unset, Failure::invalid("user.password_env: NOPE is not set in the environment"));
        let section = parse_here("[[trunks]]\nname = 'A'\n").expect_err("misspelt");
        assert_eq!(
            section,
            Failure::invalid("trunks: expected [[trunk]], [[assistant]], [[user]], [[hours]] or [[number]]")
        );
    }
}
