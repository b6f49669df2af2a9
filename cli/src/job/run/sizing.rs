//! From the size of the input to that of the output: `SizingPolicy` and `PaddingPolicy`.
//!
//! | policy         | scaled until                                     | then              |
//! |----------------|--------------------------------------------------|-------------------|
//! | `Fit`          | one side is the maximum, neither is more         |                   |
//! | `Fill`         | one side is the maximum, neither is less         | cropped           |
//! | `Stretch`      | both sides are the maximum                       |                   |
//! | `Keep`         | –                                                | cropped           |
//! | `ShrinkToFit`  | as `Fit`, never to more than it was              |                   |
//! | `ShrinkToFill` | as `Fill`, never to more than it was             | cropped           |

/// Width and height in square pixels.
pub(super) type Size = (u32, u32);

/// How an input is brought to a size.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sizing {
    /// As it is.
    Original,
    /// By a policy, within a maximum.
    Within { max: Size, policy: Policy, pad: bool },
}

/// `SizingPolicy`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Policy {
    Fit,
    Fill,
    Stretch,
    Keep,
    ShrinkToFit,
    ShrinkToFill,
}

impl Policy {
    /// By the service's name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "Fit" => Self::Fit,
            "Fill" => Self::Fill,
            "Stretch" => Self::Stretch,
            "Keep" => Self::Keep,
            "ShrinkToFit" => Self::ShrinkToFit,
            "ShrinkToFill" => Self::ShrinkToFill,
            _ => return None,
        })
    }
}

/// What is done to every frame, in this order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Frame {
    /// Scaled to this size,
    pub(super) scaled: Size,
    /// cut to this one around the middle,
    pub(super) cropped: Size,
    /// and put into the middle of black of this one.
    pub(super) padded: Size,
}

impl Sizing {
    /// What is done to frames of `size`.
    pub(super) fn of(self, size: Size) -> Frame {
        let (width, height) = size;
        let original = (even(width), even(height));
        let Self::Within { max, policy, pad } = self else {
            return Frame { scaled: original, cropped: original, padded: original };
        };
        let (fit, fill) = (fit(size, max), fill(size, max));
        let shrunk = |scaled: Size| if scaled.0 > width { original } else { scaled };
        let scaled = match policy {
            Policy::Fit => fit,
            Policy::Fill => fill,
            Policy::Stretch => max,
            Policy::Keep => original,
            Policy::ShrinkToFit => shrunk(fit),
            Policy::ShrinkToFill => shrunk(fill),
        };
        let cropped = (scaled.0.min(max.0), scaled.1.min(max.1));
        Frame { scaled, cropped, padded: if pad { max } else { cropped } }
    }
}

impl Frame {
    /// As a filter of ffmpeg; the pixels are square.
    pub(super) fn filter(self) -> String {
        let Self { scaled, cropped, padded } = self;
        let mut filter = format!("scale={}:{}", scaled.0, scaled.1);
        if cropped != scaled {
            filter += &format!(",crop={}:{}", cropped.0, cropped.1);
        }
        if padded != cropped {
            filter += &format!(",pad={}:{}:(ow-iw)/2:(oh-ih)/2", padded.0, padded.1);
        }
        filter + ",setsar=1"
    }
}

/// The largest size within `max`.
fn fit(size: Size, max: Size) -> Size {
    if is_wider(size, max) {
        (max.0, part(size.1, max.0, size.0).min(max.1))
    } else {
        (part(size.0, max.1, size.1).min(max.0), max.1)
    }
}

/// The smallest size around `max`.
fn fill(size: Size, max: Size) -> Size {
    if is_wider(size, max) {
        (part(size.0, max.1, size.1).max(max.0), max.1)
    } else {
        (max.0, part(size.1, max.0, size.0).max(max.1))
    }
}

fn is_wider(one: Size, other: Size) -> bool {
    u64::from(one.0) * u64::from(other.1) >= u64::from(other.0) * u64::from(one.1)
}

/// `side` × `of` ÷ `whole`, as the nearest even number.
fn part(side: u32, of: u32, whole: u32) -> u32 {
    let (product, whole) = (u64::from(side) * u64::from(of), u64::from(whole.max(1)));
    even(u32::try_from((product + whole / 2) / whole).unwrap_or(u32::MAX - 1))
}

/// Chroma is sampled at every other pixel.
fn even(side: u32) -> u32 {
    (side / 2 * 2).max(2)
}

#[cfg(test)]
mod tests {
    use super::{Policy, Size, Sizing};

    fn sized(policy: Policy, pad: bool, size: Size) -> String {
        Sizing::Within { max: (640, 480), policy, pad }.of(size).filter()
    }

    #[test]
    fn each_policy_does_as_the_guide_says() {
        let (wide, small, tall) = ((1920, 1080), (320, 180), (1080, 1920));
        for (policy, size, filter) in [
            (Policy::Fit, wide, "scale=640:360,setsar=1"),
            (Policy::Fit, small, "scale=640:360,setsar=1"),
            (Policy::Fit, tall, "scale=270:480,setsar=1"),
            (Policy::Fill, wide, "scale=852:480,crop=640:480,setsar=1"),
            (Policy::Fill, tall, "scale=640:1138,crop=640:480,setsar=1"),
            (Policy::Stretch, wide, "scale=640:480,setsar=1"),
            (Policy::Keep, wide, "scale=1920:1080,crop=640:480,setsar=1"),
            (Policy::Keep, small, "scale=320:180,setsar=1"),
            (Policy::ShrinkToFit, wide, "scale=640:360,setsar=1"),
            (Policy::ShrinkToFit, small, "scale=320:180,setsar=1"),
            (Policy::ShrinkToFill, wide, "scale=852:480,crop=640:480,setsar=1"),
            (Policy::ShrinkToFill, small, "scale=320:180,setsar=1"),
        ] {
            assert_eq!(sized(policy, false, size), filter, "{policy:?} {size:?}");
        }
    }

    #[test]
    fn padding_fills_up_to_the_maximum() {
        let padded = "scale=640:360,pad=640:480:(ow-iw)/2:(oh-ih)/2,setsar=1";
        assert_eq!(sized(Policy::Fit, true, (1920, 1080)), padded);
        assert_eq!(sized(Policy::Fit, true, (1280, 960)), "scale=640:480,setsar=1");
    }

    #[test]
    fn no_size_is_odd_or_nothing() {
        for size in [(1, 1), (3, 5), (1, 4096), (4095, 1), (853, 479)] {
            for policy in [Policy::Fit, Policy::Fill, Policy::Keep, Policy::ShrinkToFit] {
                let frame = Sizing::Within { max: (640, 480), policy, pad: false }.of(size);
                for (w, h) in [frame.scaled, frame.cropped, frame.padded] {
                    assert!(w >= 2 && h >= 2 && w % 2 == 0 && h % 2 == 0, "{policy:?} {size:?}");
                }
            }
            assert_eq!(Sizing::Original.of((853, 479)).padded, (852, 478));
        }
    }
}
