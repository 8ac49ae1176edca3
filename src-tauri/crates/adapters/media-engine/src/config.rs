//! What can be set about media.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use tandem_audio::jitter::JitterConfig;
use tandem_audio::vad::VadConfig;

/// Settings of the engine and of every room in it.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// Media threads; at least one is started.
    pub threads: usize,
    /// Ports for RTP; the even ones are used. `0..=0` lets the system choose.
    pub rtp_ports: RangeInclusive<u16>,
    /// Silence on a leg that should receive before it is reported.
    pub rtp_timeout: Duration,
    /// How often packet statistics are reported.
    pub quality_every: Duration,
    /// The folder whose disk is watched, and has the ballast.
    pub recordings: Option<PathBuf>,
    /// Space kept there for the moment when the disk is full; 0: none.
    pub ballast_bytes: u64,
    pub jitter: JitterConfig,
    pub vad: VadConfig,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            threads: 1,
            rtp_ports: 16_384..=32_767,
            rtp_timeout: Duration::from_secs(30),
            quality_every: Duration::from_secs(5),
            recordings: None,
            ballast_bytes: 0,
            jitter: JitterConfig::default(),
            vad: VadConfig::default(),
        }
    }
}
