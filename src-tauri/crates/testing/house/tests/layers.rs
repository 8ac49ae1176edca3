//! Domain and protocol know nobody, an adapter knows no other adapter, only roots compose.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, MetadataCommand};
use tandem_house::Layer;

/// Edges of the workspace: (crate, its layer) → (crate, its layer), without dev-dependencies.
fn edges() -> Vec<((String, Layer), (String, Layer))> {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata");
    let crates = metadata.workspace_root.join("src-tauri/crates");
    let layers: BTreeMap<String, Layer> = metadata
        .packages
        .iter()
        .map(|package| {
            let layer = match package.manifest_path.strip_prefix(&crates) {
                Ok(folder) => Layer::of(folder.as_str()).unwrap_or_else(|| panic!("{folder} is in no layer")),
                // The desktop package at the top is a composition root.
                Err(_) => Layer::Root,
            };
            (package.name.to_string(), layer)
        })
        .collect();
    let shipped = metadata.packages.iter().flat_map(|package| {
        let from = package.name.to_string();
        package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .map(move |dependency| (from.clone(), dependency.name.clone()))
    });
    shipped
        .filter_map(|(from, to)| {
            let (a, b) = (*layers.get(&from)?, *layers.get(&to)?);
            Some(((from, a), (to, b)))
        })
        .collect()
}

#[test]
fn every_edge_between_our_crates_is_allowed() {
    let edges = edges();
    assert!(edges.len() > 10, "the workspace has edges to check");
    let wrong: Vec<_> = edges.iter().filter(|((_, a), (_, b))| !a.may_know(*b)).collect();
    assert!(wrong.is_empty(), "edges that break the layers: {wrong:#?}");
}

#[test]
fn the_rule_itself_refuses_what_it_should() {
    assert!(!Layer::Domain.may_know(Layer::Protocol));
    assert!(!Layer::Protocol.may_know(Layer::Protocol));
    assert!(!Layer::Adapter.may_know(Layer::Adapter));
    assert!(!Layer::Application.may_know(Layer::Adapter));
    assert!(!Layer::Root.may_know(Layer::Testing));
    assert!(Layer::Adapter.may_know(Layer::Protocol));
}
