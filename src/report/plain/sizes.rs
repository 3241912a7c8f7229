//! Sizing and copy time.

use super::page::Page;
use crate::report::sizing::words::{chosen, copy, has, needs, smaller};
use crate::report::sizing::{EstimateReport, SizingReport};

impl Page {
    pub(super) fn sizing(&mut self, sizing: &SizingReport) {
        self.gap();
        self.labelled(0, "size", &format!("needs {}", needs(sizing)));
        if let Some(offered) = &sizing.offered {
            self.labelled(0, "", &format!("has {}", has(offered)));
        }
        if let Some(recommended) = &sizing.recommended {
            let smallest = chosen(&recommended.smallest);
            let more = recommended
                .with_headroom
                .as_ref()
                .map(|c| format!("; with headroom for the copy {}", chosen(c)));
            let place = recommended
                .location
                .as_ref()
                .map(|l| format!(" in {l}"))
                .unwrap_or_default();
            let line = format!(
                "smallest that fits{place}: {smallest}{}",
                more.unwrap_or_default()
            );
            self.labelled(0, "", &line);
            if let Some(smaller) = smaller(&recommended.rejected) {
                self.labelled(0, "", &smaller);
            }
        }
        if !sizing.unknown.is_empty() {
            let line = format!("not known: {}", sizing.unknown.join("; "));
            self.labelled(0, "", &line);
        }
    }

    pub(super) fn estimate(&mut self, estimate: &EstimateReport) {
        self.labelled(0, "copy", &copy(estimate));
    }
}
