//! `tandem apply`: makes a running server match a declaration. Applying it twice changes nothing the second time.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::apply_file::{self, Declaration};
use super::client::Client;
use super::{ApplyArguments, Failure, apply_route, output};

/// What is done about one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Create,
    Update,
    None,
}

struct Applier {
    client: Client,
    dry_run: bool,
    changes: Vec<Value>,
}

pub(super) async fn run(arguments: ApplyArguments) -> Result<(), Failure> {
    let declaration = apply_file::read(&arguments.file, |name| std::env::var(name).ok())?;
    let client = Client::new(&arguments.server)?;
    let mut applier = Applier { client, dry_run: arguments.dry_run, changes: Vec::new() };
    applier.apply(declaration).await?;
    if arguments.json {
        return output::document(&json!({ "dry_run": arguments.dry_run, "changes": applier.changes }));
    }
    for change in &applier.changes {
        let text = |field: &str| change[field].as_str().unwrap_or_default().to_owned();
        output::line(&format!("{:<10} {:<10} {}", text("change"), text("what"), text("key")));
    }
    Ok(())
}

impl Applier {
    async fn apply(&mut self, declaration: Declaration) -> Result<(), Failure> {
        let trunks = self.client.get("/trunks").await?;
        for row in declaration.trunks {
            self.row("trunk", "/trunks", "name", row, &trunks).await?;
        }
        let assistants = self.client.get("/assistants").await?;
        for row in declaration.assistants {
            self.row("assistant", "/assistants", "code", row, &assistants).await?;
        }
        let users = self.client.get("/users").await?;
        for row in declaration.users {
            self.row("user", "/users", "email", row, &users).await?;
        }
        let hours = self.client.get("/hours").await?;
        for row in declaration.hours {
            self.row("hours", "/hours", "name", apply_route::hours(row)?, &hours).await?;
        }
        if declaration.numbers.is_empty() {
            return Ok(());
        }
        // Numbers name trunks, assistants and people that may have been made just now.
        let names = Names {
            trunks: self.client.get("/trunks").await?,
            assistants: self.client.get("/assistants").await?,
            users: self.client.get("/users").await?,
        };
        let numbers = self.client.get("/numbers").await?;
        for row in declaration.numbers {
            let row = names.resolve(row, self.dry_run)?;
            self.row("number", "/numbers", "number", row, &numbers).await?;
        }
        Ok(())
    }

    async fn row(
        &mut self,
        what: &str,
        path: &str,
        key: &str,
        row: Map<String, Value>,
        present: &Value,
    ) -> Result<(), Failure> {
        let Some(name) = row.get(key).and_then(Value::as_str).map(str::to_owned) else {
            return Err(Failure::invalid(format!("{what}.{key}: expected text that names the {what}")));
        };
        let existing = find(present, key, &name);
        let change = match existing {
            None => Change::Create,
            Some(existing) if differs(existing, &row) => Change::Update,
            Some(_) => Change::None,
        };
        if !self.dry_run {
            match (change, existing) {
                (Change::Create, _) => {
                    self.client.post(path, Value::Object(row)).await?;
                }
                (Change::Update, Some(existing)) => self.update(path, existing, row).await?,
                _ => {}
            }
        }
        let change = match change {
            Change::Create => "create",
            Change::Update => "update",
            Change::None => "unchanged",
        };
        self.changes.push(json!({ "what": what, "key": name, "change": change }));
        Ok(())
    }

    async fn update(&self, path: &str, existing: &Value, mut row: Map<String, Value>) -> Result<(), Failure> {
        let id = existing["id"].as_str().unwrap_or_default();
        let address = format!("{path}/{id}");
        let version = existing["version"].as_i64().map(|version| format!("\"{version}\""));
        let headers: Vec<_> = version.iter().map(|version| ("If-Match", version.as_str())).collect();
        let method = if path == "/users" {
            // A person's address is who they are: it is not part of a change.
            row.remove("email");
            Method::PATCH
        } else {
            // A declaration may leave fields out: what they are now stays.
            row = merged(existing, row);
            Method::PUT
        };
        self.client.send(method, &address, Some(Value::Object(row)), &headers).await.map(drop)
    }
}

/// The ids behind the names that a declared number uses.
struct Names {
    trunks: Value,
    assistants: Value,
    users: Value,
}

impl Names {
    fn resolve(&self, mut row: Map<String, Value>, dry_run: bool) -> Result<Map<String, Value>, Failure> {
        let id = |list: &Value, key: &str, name: &str, field: &str| match find(list, key, name) {
            Some(found) => Ok(found["id"].clone()),
            // In a dry run what it names may be about to be made.
            None if dry_run => Ok(Value::String(name.to_owned())),
            None => Err(Failure::not_found(format!("number.{field}: there is no {name:?}"))),
        };
        if let Some(name) = row.get("trunk").and_then(Value::as_str) {
            let trunk = id(&self.trunks, "name", name, "trunk")?;
            row.insert("trunk".into(), trunk);
        }
        if let Some(Value::String(code)) = row.remove("assistant") {
            let assistant = id(&self.assistants, "code", &code, "assistant")?;
            row.insert("route".into(), json!({ "kind": "assistant", "assistant": assistant }));
        }
        if let Some(Value::String(email)) = row.remove("person") {
            let user = id(&self.users, "email", &email, "person")?;
            row.insert("route".into(), json!({ "kind": "person", "user": user }));
        }
        if let Some(route) = row.remove("route") {
            let known = |list: &Value, key: &str, name: &str| {
                let found = find(list, key, name).or_else(|| find(list, "id", name));
                let id = found.and_then(|found| found["id"].as_str()).map(str::to_owned);
                id.or_else(|| dry_run.then(|| name.to_owned()))
            };
            let assistant = |code: &str| known(&self.assistants, "code", code);
            let person = |email: &str| known(&self.users, "email", email);
            row.insert("route".into(), apply_route::route(&route, &assistant, &person)?);
        }
        Ok(row)
    }
}

fn find<'a>(list: &'a Value, key: &str, name: &str) -> Option<&'a Value> {
    list["items"].as_array()?.iter().find(|item| item[key] == name)
}

/// Something that is declared is not as it is declared. Passwords cannot be read back: one that is set is taken to
/// be the declared one.
fn differs(existing: &Value, row: &Map<String, Value>) -> bool {
    row.iter().any(|(field, wanted)| match field.as_str() {
        "password" => existing["has_password"] == false,
        "route" => apply_route::differs(&existing["route"], wanted),
        _ => !includes(&existing[field], wanted),
    })
}

/// `present` has everything that `wanted` asks for.
fn includes(present: &Value, wanted: &Value) -> bool {
    match (present, wanted) {
        (Value::Object(present), Value::Object(wanted)) => {
            wanted.iter().all(|(field, value)| includes(present.get(field).unwrap_or(&Value::Null), value))
        }
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => present == wanted,
    }
}

/// What is there, with what is declared laid over it, less what a write does not take.
fn merged(existing: &Value, row: Map<String, Value>) -> Map<String, Value> {
    let mut whole = existing.as_object().cloned().unwrap_or_default();
    for read_only in
        ["id", "version", "created_at", "updated_at", "state", "has_password", "open", "opens_at"]
    {
        whole.remove(read_only);
    }
    for (field, value) in row {
        if field == "route" {
            // A choice that is declared no more is no choice any more.
            whole.insert(field, value);
            continue;
        }
        let place = whole.entry(field).or_insert(Value::Null);
        overlay(place, value);
    }
    whole
}

fn overlay(place: &mut Value, value: Value) {
    match (place, value) {
        (Value::Object(place), Value::Object(value)) => {
            for (field, value) in value {
                overlay(place.entry(field).or_insert(Value::Null), value);
            }
        }
        (place, value) => *place = value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn a_row_that_matches_is_left_alone() {
        let existing =
            json!({ "id": "1", "name": "A", "max_cps": 5, "settings": { "language": "en", "record": true } });
        assert!(!differs(&existing, &row(json!({ "name": "A", "settings": { "language": "en" } }))));
        assert!(differs(&existing, &row(json!({ "name": "A", "max_cps": 6 }))));
    }

    #[test]
    fn fields_that_are_not_declared_keep_their_values() {
        let existing = json!({ "id": "1", "version": 3, "settings": { "language": "en", "record": true } });
        let whole = merged(&existing, row(json!({ "settings": { "language": "id" } })));
        assert_eq!(Value::Object(whole), json!({ "settings": { "language": "id", "record": true } }));
    }
}
