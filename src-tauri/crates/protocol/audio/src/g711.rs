//! G.711 µ-law and A-law by table (ITU-T G.711).
//!
//! Decoding tables are built from the segment formulae at compile time; encoding goes by formula.

/// Decodes one µ-law byte.
pub const fn ulaw_to_linear(byte: u8) -> i16 {
    let bits = !byte;
    let segment = (bits >> 4) & 7;
    let magnitude = (((((bits & 0x0F) as i16) << 3) + 0x84) << segment) - 0x84;
    if bits & 0x80 != 0 { -magnitude } else { magnitude }
}

/// Decodes one A-law byte.
pub const fn alaw_to_linear(byte: u8) -> i16 {
    let bits = byte ^ 0x55;
    let segment = (bits >> 4) & 7;
    let step = ((bits & 0x0F) as i16) << 4;
    let magnitude = if segment == 0 { step + 8 } else { (step + 0x108) << (segment - 1) };
    if bits & 0x80 != 0 { magnitude } else { -magnitude }
}

/// Encodes one sample as µ-law.
pub const fn linear_to_ulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (sample as i32).unsigned_abs();
    let biased = if magnitude > 32_635 { 32_635 + 0x84 } else { magnitude + 0x84 };
    // The bias makes bit 7 the lowest possible leading bit.
    let segment = 24 - biased.leading_zeros();
    let mantissa = (biased >> (segment + 3)) & 0x0F;
    !(sign | (segment << 4) as u8 | mantissa as u8)
}

/// Encodes one sample as A-law.
pub const fn linear_to_alaw(sample: i16) -> u8 {
    let sign = if sample >= 0 { 0x80 } else { 0 };
    let magnitude = if sample >= 0 { sample as u32 } else { !(sample as i32) as u32 };
    let bits = if magnitude < 256 {
        magnitude >> 4
    } else {
        let segment = 24 - magnitude.leading_zeros();
        segment << 4 | (magnitude >> (segment + 3)) & 0x0F
    };
    (sign | bits as u8) ^ 0x55
}

const fn decoding_table(alaw: bool) -> [i16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = if alaw { alaw_to_linear(byte as u8) } else { ulaw_to_linear(byte as u8) };
        byte += 1;
    }
    table
}

static ULAW: [i16; 256] = decoding_table(false);
static ALAW: [i16; 256] = decoding_table(true);

/// The two companding laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Law {
    Mu,
    A,
}

impl Law {
    /// Appends the samples of a payload.
    pub fn decode(self, payload: &[u8], out: &mut Vec<i16>) {
        let table = match self {
            Self::Mu => &ULAW,
            Self::A => &ALAW,
        };
        out.extend(payload.iter().map(|&byte| table[usize::from(byte)]));
    }

    /// Appends the payload of samples.
    pub fn encode(self, samples: &[i16], out: &mut Vec<u8>) {
        match self {
            Self::Mu => out.extend(samples.iter().map(|&s| linear_to_ulaw(s))),
            Self::A => out.extend(samples.iter().map(|&s| linear_to_alaw(s))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codewords_of_the_recommendation() {
        assert_eq!((linear_to_ulaw(0), ulaw_to_linear(0xFF)), (0xFF, 0));
        assert_eq!((ulaw_to_linear(0x80), ulaw_to_linear(0x00)), (32_124, -32_124));
        assert_eq!((linear_to_ulaw(i16::MAX), linear_to_ulaw(i16::MIN)), (0x80, 0x00));
        assert_eq!((alaw_to_linear(0xD5), alaw_to_linear(0x55)), (8, -8));
        assert_eq!((alaw_to_linear(0xAA), alaw_to_linear(0x2A)), (32_256, -32_256));
        assert_eq!(
            (linear_to_alaw(0), linear_to_alaw(i16::MAX), linear_to_alaw(i16::MIN)),
            (0xD5, 0xAA, 0x2A)
        );
    }

    #[test]
    fn every_codeword_survives_decoding_and_encoding() {
        for byte in 0..=255u8 {
            assert_eq!(linear_to_alaw(alaw_to_linear(byte)), byte);
            // µ-law has two zeros; the negative one becomes the positive one.
            let expected = if byte == 0x7F { 0xFF } else { byte };
            assert_eq!(linear_to_ulaw(ulaw_to_linear(byte)), expected);
        }
    }

    #[test]
    fn every_sample_is_coded_to_its_nearest_neighbourhood() {
        for sample in (i16::MIN..=i16::MAX).step_by(7) {
            for (law, coded) in [
                ("mu", ulaw_to_linear(linear_to_ulaw(sample))),
                ("a", alaw_to_linear(linear_to_alaw(sample))),
            ] {
                let error = (i32::from(sample) - i32::from(coded)).abs();
                let allowed = (i32::from(sample).abs() / 16).max(16) + 8;
                let clipped = i32::from(sample).abs() > 32_000;
                assert!(error <= allowed || clipped && error <= 700, "{law} {sample} -> {coded}");
            }
        }
    }
}
