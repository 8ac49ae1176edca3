//! Rebuilds the crate when a migration is added: the folder is embedded by a macro that cargo does not watch.

fn main() {
    let mut out = std::io::stdout();
    let line = "cargo:rerun-if-changed=migrations\n";
    std::io::Write::write_all(&mut out, line.as_bytes()).expect("cargo reads the build script's output");
}
