//! Generates what Tauri needs at compile time.

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    let manifest = tauri_build::AppManifest::new().permissions_path_pattern("src-tauri/permissions/*.toml");
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("preparing the desktop's manifest: {error:#}");
    }
}
