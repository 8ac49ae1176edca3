//! The outline of a recording for drawing: the lowest and highest sample of each stretch.

/// The extremes of one stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Peak {
    pub low: i16,
    pub high: i16,
}

/// Splits samples into `count` stretches (the last may be a little longer or shorter) and gives each one's extremes.
///
/// Fewer samples than `count` give one stretch per sample.
pub fn outline(samples: &[i16], count: usize) -> Vec<Peak> {
    let count = count.min(samples.len());
    (0..count)
        .map(|n| {
            let part = &samples[n * samples.len() / count..(n + 1) * samples.len() / count];
            part.iter().fold(Peak { low: i16::MAX, high: i16::MIN }, |peak, &s| Peak {
                low: peak.low.min(s),
                high: peak.high.max(s),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stretch_gives_its_own_extremes_and_none_is_left_out() {
        let samples: Vec<i16> = (0..1_003).map(|n| if n == 1_002 { -900 } else { n as i16 }).collect();
        let peaks = outline(&samples, 10);
        assert_eq!(peaks.len(), 10);
        assert_eq!(peaks[0], Peak { low: 0, high: 99 });
        assert_eq!(peaks[9].low, -900);
        assert_eq!(outline(&[5, -5], 10).len(), 2);
        assert!(outline(&[], 10).is_empty());
    }
}
