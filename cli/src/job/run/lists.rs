//! Playlists of a job, and whether the names of all its files go together.

use super::plan::{Output, Plan, Playlist};
use super::protection::protection;
use super::reading::Reading;
use crate::job::node::Place;
use crate::job::scalar::quoted;
use crate::package::PackagePath;

impl Reading<'_> {
    pub(super) fn playlist(&mut self, place: &Place<'_>, outputs: &[Output]) -> Option<Playlist> {
        let is_v4 = match place.text("Format") {
            Some("HLSv3") => false,
            Some("HLSv4") => true,
            format => {
                let message = match format {
                    None => "is missing: HLSv3 or HLSv4".to_owned(),
                    Some(format) => format!("{format} is not made here: HLSv3 and HLSv4 are"),
                };
                self.fault(&place.at("Format"), message);
                return None;
            }
        };
        let at = place.at("Name");
        let Some(name) = place.text("Name") else {
            self.fault(&at, "is missing");
            return None;
        };
        if let Some(drm) = place.member("PlayReadyDrm").filter(has_text) {
            self.fault(&drm.path, "PlayReady is not done here");
        }
        let index = |key: &Place<'_>| {
            outputs.iter().position(|output| Some(output.key.as_str()) == key.node.text())
        };
        let indices: Vec<usize> = place.list("OutputKeys").iter().filter_map(index).collect();
        if indices.is_empty() {
            self.fault(&place.at("OutputKeys"), "names no output");
        }
        let mut forms = indices.iter().filter_map(|index| outputs.get(*index)).map(|o| o.form);
        if forms.next().is_some_and(|first| forms.any(|form| form != first)) {
            let message = "names outputs of different SegmentDurations";
            self.fault(&place.at("OutputKeys"), message);
        }
        let name = format!("{}{name}.m3u8", self.prefix);
        let Ok(name) = PackagePath::parse(&name) else {
            self.fault(&at, format!("{} names no file below a folder", quoted(&name)));
            return None;
        };
        let block = place.member("HlsContentProtection").filter(has_text);
        let protection = block.map(|block| protection(&block, &name, self.findings));
        let path = place.path.clone();
        Some(Playlist { path, name, outputs: indices, is_v4, protection: protection.flatten() })
    }

    /// No two files of a job have one name, and none is outside of the root.
    pub(super) fn names(&mut self, plan: &Plan) {
        let mut seen: Vec<(String, String)> = Vec::new();
        let outputs = plan.outputs.iter().map(|output| (&output.path, output.targets()));
        let playlists = plan.playlists.iter().map(|list| (&list.path, list.targets()));
        for (path, targets) in outputs.chain(playlists) {
            for target in targets {
                let plain = target.replace(['{', '}'], "");
                if PackagePath::parse(&plain).is_err() {
                    self.fault(path, format!("{} names no file below a folder", quoted(&target)));
                } else if let Some((other, _)) = seen.iter().find(|(_, name)| *name == target) {
                    let target = quoted(&target);
                    self.fault(path, format!("would be written as {target}, and so would {other}"));
                } else {
                    seen.push((path.clone(), target));
                }
            }
        }
    }
}

/// SDKs print a block that is not there as one with nothing in it.
fn has_text(block: &Place<'_>) -> bool {
    block.node.members().iter().any(|(_, node)| node.text().is_some_and(|text| !text.is_empty()))
}
