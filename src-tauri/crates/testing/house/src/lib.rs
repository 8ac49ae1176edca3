//! The rules of the house, run as plain tests: layers, file lengths, opening comments, what the project may name.

/// The layer a crate belongs to, from its path below `src-tauri/crates`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// `Pii`, ids: everybody may know it.
    Foundation,
    Domain,
    Protocol,
    Application,
    Adapter,
    /// Composition roots: the server and the desktop shell.
    Root,
    Testing,
}

impl Layer {
    /// Reads the layer off a crate's folder.
    pub fn of(folder: &str) -> Option<Self> {
        Some(match folder.split('/').next()? {
            "foundation" => Self::Foundation,
            "domain" => Self::Domain,
            "protocol" => Self::Protocol,
            "application" => Self::Application,
            "adapters" => Self::Adapter,
            "server" => Self::Root,
            "testing" => Self::Testing,
            _ => return None,
        })
    }

    /// Whether a crate of this layer may depend on one of `other` in what it ships.
    pub fn may_know(self, other: Self) -> bool {
        match self {
            Self::Foundation => false,
            Self::Domain | Self::Protocol => other == Self::Foundation,
            Self::Application => {
                matches!(other, Self::Foundation | Self::Domain | Self::Protocol | Self::Application)
            }
            Self::Adapter => matches!(other, Self::Foundation | Self::Protocol | Self::Application),
            Self::Root => other != Self::Testing,
            Self::Testing => true,
        }
    }
}
