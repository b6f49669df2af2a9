//! Where a watermark goes: `PresetWatermark`, in pixels of one output.

use super::preset::Watermark;
use super::sizing::{Frame, Policy, Size, Sizing};

/// A place for a graphic.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// By which a job names it.
    pub(super) id: String,
    max: (Length, Length),
    policy: Policy,
    horizontal: Side,
    vertical: Side,
    /// From 0, invisible, to 1.
    opacity: f64,
    /// Whether the black bars around the picture count.
    frame: bool,
}

/// Pixels, or a part of the picture.
#[derive(Clone, Copy, Debug)]
enum Length {
    Pixels(u32),
    /// In hundred-thousandths of a percent.
    Parts(u32),
}

/// Where along one axis.
#[derive(Clone, Copy, Debug)]
enum Side {
    Start(Length),
    Center,
    End(Length),
}

/// How a graphic is put on a picture: its size, the left and the upper edge, its opacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    pub(super) size: Size,
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) opacity: f64,
}

impl Place {
    /// Reads the parameters.
    pub(super) fn new(watermark: &Watermark) -> Result<Self, String> {
        let id = watermark.id.clone().unwrap_or_default();
        let fault = |name: &str, value: &Option<String>| {
            let value = value.as_deref().unwrap_or_default().escape_debug();
            format!("Watermarks:{name} \"{value}\" is not understood")
        };
        let length = |name, value: &Option<String>, default: &str| {
            let text = value.as_deref().filter(|text| !text.is_empty()).unwrap_or(default);
            Length::parse(text).ok_or_else(|| fault(name, value))
        };
        let policy = match watermark.sizing_policy.as_deref() {
            Some("Fit") => Policy::Fit,
            Some("Stretch") => Policy::Stretch,
            None | Some("ShrinkToFit") => Policy::ShrinkToFit,
            _ => return Err(fault("SizingPolicy", &watermark.sizing_policy)),
        };
        let across = length("HorizontalOffset", &watermark.horizontal_offset, "0px")?;
        let horizontal = match watermark.horizontal_align.as_deref() {
            None | Some("Left") => Side::Start(across),
            Some("Center") => Side::Center,
            Some("Right") => Side::End(across),
            _ => return Err(fault("HorizontalAlign", &watermark.horizontal_align)),
        };
        let down = length("VerticalOffset", &watermark.vertical_offset, "0px")?;
        let vertical = match watermark.vertical_align.as_deref() {
            None | Some("Top") => Side::Start(down),
            Some("Center") => Side::Center,
            Some("Bottom") => Side::End(down),
            _ => return Err(fault("VerticalAlign", &watermark.vertical_align)),
        };
        let opacity = watermark.opacity.as_deref().unwrap_or("100").parse::<f64>().ok();
        let opacity = opacity.filter(|opacity| (0.0..=100.0).contains(opacity));
        let opacity = opacity.ok_or_else(|| fault("Opacity", &watermark.opacity))? / 100.0;
        let frame = match watermark.target.as_deref() {
            None | Some("Content") => false,
            Some("Frame") => true,
            _ => return Err(fault("Target", &watermark.target)),
        };
        let width = length("MaxWidth", &watermark.max_width, "100%")?;
        let height = length("MaxHeight", &watermark.max_height, "100%")?;
        let max = (width, height);
        Ok(Self { id, max, policy, horizontal, vertical, opacity, frame })
    }

    /// Where a graphic of `size` goes on pictures that were brought into `frame`.
    pub(super) fn on(&self, size: Size, frame: Frame) -> Placed {
        let (content, whole) = (frame.cropped, frame.padded);
        let area = if self.frame { whole } else { content };
        let bar = |whole: u32, content: u32| if self.frame { 0 } else { (whole - content) / 2 };
        let max = (self.max.0.of(area.0).max(2), self.max.1.of(area.1).max(2));
        let within = Sizing::Within { max, policy: self.policy, pad: false };
        let size = within.of(size).cropped;
        let left = bar(whole.0, content.0) + self.horizontal.of(area.0, size.0);
        let top = bar(whole.1, content.1) + self.vertical.of(area.1, size.1);
        Placed { size, left, top, opacity: self.opacity }
    }
}

impl Length {
    fn parse(text: &str) -> Option<Self> {
        if let Some(pixels) = text.strip_suffix("px") {
            return pixels.parse().ok().map(Self::Pixels);
        }
        let percent = text.strip_suffix('%')?;
        let (whole, rest) = percent.split_once('.').unwrap_or((percent, ""));
        let rest: String = rest.chars().chain("00000".chars()).take(5).collect();
        let parts = whole.parse::<u32>().ok()?.checked_mul(100_000)? + rest.parse::<u32>().ok()?;
        (parts <= PERCENT * 100).then_some(Self::Parts(parts))
    }

    fn of(self, whole: u32) -> u32 {
        match self {
            Self::Pixels(pixels) => pixels.min(whole),
            Self::Parts(parts) => {
                let product = u64::from(whole) * u64::from(parts) / u64::from(PERCENT * 100);
                u32::try_from(product).unwrap_or(whole)
            }
        }
    }
}

impl Side {
    fn of(self, area: u32, size: u32) -> u32 {
        let room = area.saturating_sub(size);
        match self {
            Self::Start(offset) => offset.of(area).min(room),
            Self::Center => room / 2,
            Self::End(offset) => room.saturating_sub(offset.of(area)),
        }
    }
}

/// What [`Length::Parts`] counts one percent as.
const PERCENT: u32 = 100_000;

#[cfg(test)]
mod tests {
    use super::{Place, Watermark};
    use crate::job::run::sizing::{Policy, Size, Sizing};

    const GRAPHIC: Size = (400, 100);

    fn placed(edit: impl FnOnce(&mut Watermark)) -> (Size, u32, u32) {
        let mut watermark = Watermark::default();
        edit(&mut watermark);
        let frame = Sizing::Within { max: (640, 480), policy: Policy::Fit, pad: true };
        let placed = Place::new(&watermark).unwrap().on(GRAPHIC, frame.of((1280, 720)));
        (placed.size, placed.left, placed.top)
    }

    #[test]
    fn a_graphic_keeps_inside_the_picture_or_the_frame() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(placed(|_| ()), ((400, 100), 0, 60));
        assert_eq!(placed(|w| w.target = text("Frame")), ((400, 100), 0, 0));
        let corner = |w: &mut Watermark| {
            w.max_width = text("12.5%");
            w.horizontal_align = text("Right");
            w.horizontal_offset = text("10px");
            w.vertical_align = text("Bottom");
            w.vertical_offset = text("10%");
        };
        assert_eq!(placed(corner), ((80, 20), 550, 364));
        let far = |w: &mut Watermark| w.horizontal_offset = text("9999px");
        assert_eq!(placed(far), ((400, 100), 240, 60));
        let center = |w: &mut Watermark| {
            w.horizontal_align = text("Center");
            w.vertical_align = text("Center");
        };
        assert_eq!(placed(center), ((400, 100), 120, 190));
    }

    #[test]
    fn what_is_no_place_is_named() {
        let wrong: [fn(&mut Watermark); 4] = [
            |w| w.max_width = Some("12".to_owned()),
            |w| w.max_height = Some("101%".to_owned()),
            |w| w.opacity = Some("-1".to_owned()),
            |w| w.vertical_align = Some("Left".to_owned()),
        ];
        for edit in wrong {
            let mut watermark = Watermark::default();
            edit(&mut watermark);
            assert!(Place::new(&watermark).unwrap_err().starts_with("Watermarks:"));
        }
    }
}
