//! Which sound devices there are, and which are used.

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{BufferSize, Device, Host, SampleFormat, StreamConfig, SupportedStreamConfig};
use serde::{Deserialize, Serialize};

use super::SoundError;

/// Never the default, which may be two seconds with a sound server; and not less: half of this drops out on a machine
/// that is busy.
pub(super) const PLAYED_MS: u32 = 20;
/// A sound server keeps no more of a recording than one such piece and throws the rest away, so that a piece of 20 ms
/// loses a sixth of all sound on a busy machine, and one of 60 ms none (measured with PulseAudio 16 beside a window that
/// is drawn in software).
pub(super) const RECORDED_MS: u32 = 60;

/// Devices by id; `None` is the system's default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub input: Option<String>,
    pub output: Option<String>,
    /// Leave the microphone as it is: neither echo nor noise is taken out (a good headset in a quiet room).
    #[serde(default)]
    pub plain: bool,
}

/// A device that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedDevice {
    pub id: String,
    pub name: String,
}

/// Every device of this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Devices {
    pub inputs: Vec<NamedDevice>,
    pub outputs: Vec<NamedDevice>,
}

/// The sound server where one runs, else the platform's own.
///
/// PulseAudio's own protocol is preferred on Linux: ALSA's emulation of it lists devices that do not exist and
/// underruns at short buffers.
pub(super) fn host() -> Host {
    for id in cpal::available_hosts() {
        if id.name().eq_ignore_ascii_case("pulseaudio")
            && let Ok(host) = cpal::host_from_id(id)
            && host.default_output_device().is_some()
        {
            return host;
        }
    }
    cpal::default_host()
}

pub(super) fn list() -> Devices {
    let host = host();
    let real = |device: &NamedDevice| is_real(&host, device);
    let inputs = host.input_devices().map(named).unwrap_or_default();
    let outputs = host.output_devices().map(named).unwrap_or_default();
    Devices {
        inputs: inputs.into_iter().filter(hears).filter(real).collect(),
        outputs: outputs.into_iter().filter(real).collect(),
    }
}

/// What a sound server plays can be recorded as well, but nobody speaks into it.
fn hears(device: &NamedDevice) -> bool {
    !device.id.ends_with(".monitor")
}

/// ALSA lists its converters and every way into a card beside the cards; one way into each is enough.
fn is_real(host: &Host, device: &NamedDevice) -> bool {
    let id = device.id.as_str();
    !host.id().name().eq_ignore_ascii_case("alsa")
        || matches!(id, "default" | "pipewire")
        || id.starts_with("sysdefault:")
}

/// The device's own rate and channels, with a short buffer; integers where it has them, else floats.
pub(super) fn short_buffer(default: &SupportedStreamConfig, ms: u32) -> (StreamConfig, SampleFormat) {
    let sample_rate = default.sample_rate();
    let buffer_size = BufferSize::Fixed((sample_rate * ms / 1_000).max(1));
    (StreamConfig { channels: default.channels(), sample_rate, buffer_size }, default.sample_format())
}

/// The chosen input, or the default where it is not there.
pub(super) fn input(host: &Host, choice: &Choice) -> Result<Device, SoundError> {
    let chosen = host.input_devices().ok().and_then(|devices| find(devices, choice.input.as_deref()));
    chosen.or_else(|| host.default_input_device()).ok_or(SoundError::NoDevice)
}

/// The chosen output, or the default where it is not there.
pub(super) fn output(host: &Host, choice: &Choice) -> Result<Device, SoundError> {
    let chosen = host.output_devices().ok().and_then(|devices| find(devices, choice.output.as_deref()));
    chosen.or_else(|| host.default_output_device()).ok_or(SoundError::NoDevice)
}

fn find(mut devices: impl Iterator<Item = Device>, id: Option<&str>) -> Option<Device> {
    let id = id?;
    devices.find(|device| device_id(device).is_some_and(|found| found == id))
}

fn named(devices: impl Iterator<Item = Device>) -> Vec<NamedDevice> {
    devices
        .filter_map(|device| {
            let id = device_id(&device)?;
            let name = device.description().map_or_else(|_| id.clone(), |d| d.name().to_owned());
            Some(NamedDevice { id, name })
        })
        .collect()
}

fn device_id(device: &Device) -> Option<String> {
    device.id().ok().map(|id| id.id().to_owned())
}
