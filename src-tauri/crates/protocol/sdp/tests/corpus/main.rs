//! Replays the fuzzing corpus: every input that was once of interest, or once broke something.

use std::fs;
use std::path::Path;

mod holds;

#[test]
fn every_input_of_the_corpus_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fuzz/corpus/sdp");
    let mut replayed = 0;
    for entry in fs::read_dir(&folder).expect("the corpus is there") {
        let path = entry.expect("a readable folder").path();
        let bytes = fs::read(&path).expect("a readable input");
        let held = std::panic::catch_unwind(|| holds::check(&bytes));
        assert!(held.is_ok(), "{} breaks the check above", path.display());
        replayed += 1;
    }
    assert!(replayed >= 10, "only {replayed} inputs in {}", folder.display());
}
