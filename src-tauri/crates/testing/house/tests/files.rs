//! Files stay small enough to hold in one's head, say what they are, and speak of the product alone.

use std::fs;
use std::path::{Path, PathBuf};

const LONGEST: usize = 600;
const LONGEST_MEDIAN: usize = 150;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../..").canonicalize().expect("the top of the tree")
}

fn files(extensions: &[&str]) -> Vec<PathBuf> {
    let (root, mut found) = (root(), Vec::new());
    for top in ["src-tauri", "tests", "ui/src", "ui/tests", "assets", "benches"] {
        walk(&root.join(top), extensions, &mut found);
    }
    found
}

fn walk(folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !matches!(name, "node_modules" | "target" | "dist" | "gen") {
            walk(&path, extensions, found);
        } else if path.extension().and_then(|e| e.to_str()).is_some_and(|e| extensions.contains(&e)) {
            found.push(path);
        }
    }
}

fn is_generated(path: &Path) -> bool {
    path.components().any(|c| c.as_os_str() == "api") && path.extension().is_some_and(|e| e == "ts")
}

fn lines(path: &Path) -> usize {
    fs::read_to_string(path).map(|text| text.lines().count()).unwrap_or(0)
}

#[test]
fn no_file_is_too_long_and_half_are_short() {
    let sources: Vec<_> =
        files(&["rs", "ts", "tsx"]).into_iter().filter(|path| !is_generated(path)).collect();
    let mut lengths: Vec<_> = sources.iter().map(|path| lines(path)).collect();
    let long: Vec<_> = sources.iter().filter(|path| lines(path) > LONGEST).collect();
    assert!(long.is_empty(), "longer than {LONGEST} lines: {long:#?}");
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= LONGEST_MEDIAN, "half of the files are longer than {median} lines");
}

#[test]
fn every_rust_file_opens_by_saying_what_it_is() {
    let silent: Vec<_> = files(&["rs"])
        .into_iter()
        .filter(|path| !fs::read_to_string(path).is_ok_and(|text| text.starts_with("//!")))
        .collect();
    assert!(silent.is_empty(), "files without an opening `//!`: {silent:#?}");
}

#[test]
fn only_the_host_folder_of_the_interface_knows_tauri() {
    let wrong: Vec<_> = files(&["ts", "tsx"])
        .into_iter()
        .filter(|path| !path.to_string_lossy().contains("/ui/src/host/"))
        .filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains("@tauri-apps")))
        .collect();
    assert!(wrong.is_empty(), "only ui/src/host may import @tauri-apps: {wrong:#?}");
}

#[test]
fn no_file_carries_a_path_of_somebodys_machine() {
    // Written in two parts, so that this file is not its own first find.
    let homes = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/")];
    let texts = files(&["rs", "ts", "tsx", "toml", "json", "md", "sh", "mjs"]);
    let wrong: Vec<_> = texts
        .into_iter()
        .filter(|path| {
            fs::read_to_string(path).is_ok_and(|text| homes.iter().any(|home| text.contains(home)))
        })
        .collect();
    assert!(wrong.is_empty(), "machine paths in: {wrong:#?}");
}
