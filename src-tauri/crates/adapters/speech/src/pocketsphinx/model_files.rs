//! What a decoder loads: Debian's acoustic model, our language model, and the part of the dictionary it needs.

use std::path::{Path, PathBuf};

use super::corpus;
use super::ffi::Decoder;

/// Sentences the language model is made from.
pub(super) const CORPUS: &str = include_str!("../../../../../../assets/speech/corpus-en.txt");

/// Pronunciations that the dictionary lacks.
const OWN_WORDS: &str = "\
mm-hm AH M HH AH M
mm-hm(2) M HH AH M
mm-hm(3) AH M HH M
";

/// Mean cepstrum of voices through G.711, where a decoder's own estimate begins. The model's is of full-band speech:
/// with it the first sentence that a fresh decoder hears is lost.
const TELEPHONE_MEAN: &str = "43.3,31.0,-30.2,39.5,-22.0,-5.0,11.5,-25.0,13.5,-8.7,0.4,7.3,-9.0";

/// Paths of prepared files.
#[derive(Debug, Clone)]
pub(super) struct ModelFiles {
    acoustic: PathBuf,
    language: PathBuf,
    dictionary: PathBuf,
    features: PathBuf,
}

impl ModelFiles {
    /// Writes language model and dictionary into `cache`; `model` is the folder of the acoustic model's package.
    ///
    /// # Errors
    /// One sentence that names the file.
    pub fn prepare(model: &Path, cache: &Path) -> Result<Self, String> {
        let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
        let whole = model.join("cmudict-en-us.dict");
        let pronunciations = std::fs::read_to_string(&whole).map_err(|error| failed(&whole, error))?;
        let counts = corpus::count(CORPUS);
        let words = counts.vocabulary();
        let mut subset = OWN_WORDS.to_owned();
        for line in pronunciations.lines() {
            // Alternatives are written `word(2)`.
            let head = line.split([' ', '(']).next().unwrap_or_default();
            if words.contains(head) {
                subset.push_str(line);
                subset.push('\n');
            }
        }
        // What this file says wins over arguments, so the changed mean has to be in a file of our own.
        let given = model.join("en-us/feat.params");
        let features = std::fs::read_to_string(&given).map_err(|error| failed(&given, error))?;
        let kept = features.lines().filter(|line| !line.starts_with("-cmninit"));
        let features =
            kept.chain([&*format!("-cmninit {TELEPHONE_MEAN}")]).collect::<Vec<_>>().join("\n") + "\n";
        std::fs::create_dir_all(cache).map_err(|error| failed(cache, error))?;
        let write = |name: &str, text: &str| {
            let path = cache.join(name);
            std::fs::write(&path, text).map_err(|error| failed(&path, error))?;
            Ok::<_, String>(path)
        };
        Ok(Self {
            acoustic: model.join("en-us"),
            language: write("en.lm", &counts.arpa())?,
            dictionary: write("en.dict", &subset)?,
            features: write("feat.params", &features)?,
        })
    }

    /// Loads a decoder (a quarter of a second).
    pub fn load(&self) -> Option<Decoder> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        Decoder::new(&[
            ("-hmm", &text(&self.acoustic)),
            ("-lm", &text(&self.language)),
            ("-dict", &text(&self.dictionary)),
            ("-featparams", &text(&self.features)),
            // Weighs the language model more than for dictation, and keeps what noise reduction would smear: both
            // measured on voices through G.711.
            ("-lw", "9"),
            ("-remove_noise", "no"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_corpus_has_a_pronunciation() {
        let cache = tempfile::tempdir().expect("a folder");
        let files = ModelFiles::prepare(Path::new(super::super::MODEL), cache.path()).expect("prepared");
        let dictionary = std::fs::read_to_string(&files.dictionary).expect("written");
        let known: Vec<&str> = dictionary.lines().filter_map(|line| line.split([' ', '(']).next()).collect();
        let counts = corpus::count(CORPUS);
        let missing: Vec<_> = counts.vocabulary().into_iter().filter(|word| !known.contains(word)).collect();
        assert!(missing.is_empty(), "no pronunciation of {missing:?}");
    }

    #[test]
    fn a_missing_model_is_named() {
        let cache = tempfile::tempdir().expect("a folder");
        let error = ModelFiles::prepare(Path::new("/nowhere"), cache.path()).expect_err("missing");
        assert!(error.contains("/nowhere/cmudict-en-us.dict"), "{error}");
    }
}
