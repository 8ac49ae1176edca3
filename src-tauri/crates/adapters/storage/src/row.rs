//! Columns to records and back: JSON, names of enums, private values, and the text of an upsert.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;
use tandem_foundation::Pii;
use tandem_switchboard::records::UnixMs;

use crate::seal::Sealer;

/// `INSERT … ON CONFLICT (keys) DO UPDATE` of every other column, in SQLite's and PostgreSQL's common syntax.
///
/// The first key is the organisation, in every table that has one.
pub(crate) fn upsert_sql(table: &str, keys: &[&str], columns: &[&str]) -> String {
    let all: Vec<&str> = keys.iter().chain(columns).copied().collect();
    let placeholders: Vec<String> = (1..=all.len()).map(|n| format!("${n}")).collect();
    let replaced: Vec<String> =
        columns.iter().map(|column| format!("{column} = excluded.{column}")).collect();
    format!(
        "INSERT INTO {table} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}",
        all.join(", "),
        placeholders.join(", "),
        keys.join(", "),
        replaced.join(", "),
    )
}

/// The JSON text of a record's part.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("records have text keys and plain values")
}

/// The JSON text of an optional part; NULL where there is none.
pub(crate) fn json_opt<T: Serialize>(value: Option<&T>) -> Option<String> {
    value.map(json)
}

/// An enum as its serde name, without JSON's quotes.
pub(crate) fn name_of<T: Serialize>(value: &T) -> String {
    json(value).trim_matches('"').to_owned()
}

/// A boolean as it is stored.
pub(crate) fn flag(value: bool) -> i64 {
    i64::from(value)
}

/// A private text as it is stored.
pub(crate) fn private(value: Option<&Pii<String>>) -> Option<String> {
    value.map(|value| value.expose().clone())
}

/// Reads a row's columns into the types of the records.
pub(crate) trait Columns {
    fn text(&self, column: &str) -> Result<String, sqlx::Error>;
    fn text_opt(&self, column: &str) -> Result<Option<String>, sqlx::Error>;
    fn int(&self, column: &str) -> Result<i64, sqlx::Error>;
    fn int_opt(&self, column: &str) -> Result<Option<i64>, sqlx::Error>;

    fn flag(&self, column: &str) -> Result<bool, sqlx::Error> {
        Ok(self.int(column)? != 0)
    }

    fn time(&self, column: &str) -> Result<UnixMs, sqlx::Error> {
        self.int(column).map(UnixMs)
    }

    fn time_opt(&self, column: &str) -> Result<Option<UnixMs>, sqlx::Error> {
        Ok(self.int_opt(column)?.map(UnixMs))
    }

    fn small(&self, column: &str) -> Result<u32, sqlx::Error> {
        u32::try_from(self.int(column)?).map_err(|error| broken(column, error))
    }

    fn id<T: From<String>>(&self, column: &str) -> Result<T, sqlx::Error> {
        self.text(column).map(T::from)
    }

    fn id_opt<T: From<String>>(&self, column: &str) -> Result<Option<T>, sqlx::Error> {
        Ok(self.text_opt(column)?.map(T::from))
    }

    fn private(&self, column: &str) -> Result<Pii<String>, sqlx::Error> {
        self.text(column).map(Pii::new)
    }

    fn private_opt(&self, column: &str) -> Result<Option<Pii<String>>, sqlx::Error> {
        Ok(self.text_opt(column)?.map(Pii::new))
    }

    fn sealed_opt(
        &self,
        column: &str,
        sealer: &Sealer,
        place: &str,
    ) -> Result<Option<Pii<String>>, sqlx::Error> {
        let sealed = self.text_opt(column)?;
        let opened = sealed.map(|sealed| sealer.open(place, &sealed)).transpose();
        Ok(opened.map_err(|error| broken(column, error))?.map(Pii::new))
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, sqlx::Error> {
        serde_json::from_str(&self.text(column)?).map_err(|error| broken(column, error))
    }

    fn json_opt<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>, sqlx::Error> {
        let text = self.text_opt(column)?;
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| broken(column, error))
    }

    fn named_opt<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>, sqlx::Error> {
        let text = self.text_opt(column)?;
        text.map(|text| serde_json::from_value(text.into()))
            .transpose()
            .map_err(|error| broken(column, error))
    }

    fn named<T: DeserializeOwned>(&self, column: &str) -> Result<T, sqlx::Error> {
        serde_json::from_value(self.text(column)?.into()).map_err(|error| broken(column, error))
    }
}

impl Columns for AnyRow {
    fn text(&self, column: &str) -> Result<String, sqlx::Error> {
        self.try_get(column)
    }

    fn text_opt(&self, column: &str) -> Result<Option<String>, sqlx::Error> {
        self.try_get(column)
    }

    fn int(&self, column: &str) -> Result<i64, sqlx::Error> {
        self.try_get(column)
    }

    fn int_opt(&self, column: &str) -> Result<Option<i64>, sqlx::Error> {
        self.try_get(column)
    }
}

/// Reads every row with `read`.
pub(crate) fn each<T>(
    rows: &[AnyRow],
    read: impl Fn(&AnyRow) -> Result<T, sqlx::Error>,
) -> Result<Vec<T>, sqlx::Error> {
    rows.iter().map(read).collect()
}

/// A stored value that does not fit its record.
pub(crate) fn broken(column: &str, source: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(source) }
}
