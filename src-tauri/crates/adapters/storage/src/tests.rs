//! That no query leaves the organisation out: read from the sources themselves.

const SOURCES: [(&str, &str); 8] = [
    ("access.rs", include_str!("access.rs")),
    ("assistants.rs", include_str!("assistants.rs")),
    ("call_rows.rs", include_str!("call_rows.rs")),
    ("calls.rs", include_str!("calls.rs")),
    ("connect.rs", include_str!("connect.rs")),
    ("directory.rs", include_str!("directory.rs")),
    ("events.rs", include_str!("events.rs")),
    ("trunks.rs", include_str!("trunks.rs")),
];

/// Queries that cannot name one, each with its reason.
const OVER_ALL_ORGANISATIONS: [(&str, &str); 8] = [
    ("FROM sealing_key", "the key is the server's"),
    ("INTO sealing_key", "the key is the server's"),
    ("UPDATE event_sequence", "the sequence is the server's"),
    ("FROM organisations", "start-up"),
    ("INTO organisations", "the row is the organisation"),
    ("FROM calls WHERE live = 1", "start-up"),
    ("FROM users WHERE email_folded", "sign-in"),
    ("FROM api_keys WHERE hash", "authentication"),
];

/// The string literals of a source that are queries.
fn queries(source: &str) -> impl Iterator<Item = &str> {
    let literals = source.split('"').skip(1).step_by(2);
    literals.filter(|text| ["SELECT ", "INSERT ", "UPDATE ", "DELETE "].iter().any(|verb| text.starts_with(verb)))
}

#[test]
fn every_query_names_its_organisation_or_is_listed_with_a_reason() {
    let mut seen = 0;
    for (file, source) in SOURCES {
        for sql in queries(source) {
            seen += 1;
            let named = match sql.split_once(" WHERE ") {
                Some((_, conditions)) => conditions.contains("org_id = $1") || sql.contains("s.token_hash = $1"),
                None => sql.contains("(org_id, ") || sql.contains("INSERT INTO {table}"),
            };
            let excused = OVER_ALL_ORGANISATIONS.iter().any(|(part, _)| sql.contains(part));
            assert!(named || excused, "{file}: {sql}");
        }
    }
    assert!(seen > 30, "the sources were not read: {seen} queries");
}
