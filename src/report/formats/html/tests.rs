//! Tests of the page template: legible colors, marked code, no active content.

use std::collections::BTreeMap;

use super::*;

/// Returns the colors that a block of the style sheet declares.
fn colors(block: &str) -> BTreeMap<String, [f64; 3]> {
    let declared = block.split([';', '{', '}']).filter_map(|d| {
        let (name, value) = d.trim().strip_prefix("--")?.split_once(": #")?;
        let channel = |at: usize| u8::from_str_radix(&value[at..at + 2], 16).unwrap();
        Some((
            name.to_owned(),
            [0, 2, 4].map(|at| f64::from(channel(at)) / 255.0),
        ))
    });
    declared.collect()
}

/// Relative luminance, as defined by WCAG 2.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|c| match c {
        c if c <= 0.04045 => c / 12.92,
        c => ((c + 0.055) / 1.055).powf(2.4),
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_color_has_enough_contrast_with_its_background() {
    let blocks: Vec<_> = STYLE
        .split(":root {")
        .skip(1)
        .map(|b| b.split('}').next().unwrap())
        .collect();
    assert_eq!(blocks.len(), 3, "light, dark and print");
    for block in blocks {
        let colours = colors(block);
        let on_pages = ["ink", "quiet", "link"]
            .iter()
            .flat_map(|ink| ["paper", "card"].map(|paper| (ink.to_string(), paper.to_string())));
        let pairs = colours.keys().filter_map(|name| {
            let stem = name.strip_suffix("-ink")?;
            Some((name.clone(), format!("{stem}-paper")))
        });
        let pairs: Vec<_> = on_pages.chain(pairs).collect();
        assert_eq!(pairs.len(), 13);
        for (ink, paper) in pairs {
            let ratio = contrast(colours[&ink], colours[&paper]);
            assert!(
                ratio >= 4.5,
                "--{ink} on --{paper} is {ratio:.2}:1\n{block}"
            );
        }
    }
}

#[test]
fn black_on_white_is_21_to_1() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
}

#[test]
fn text_in_backticks_becomes_escaped_code() {
    assert_eq!(
        mark_code("set `a < b` now"),
        "set <code>a &lt; b</code> now"
    );
    assert_eq!(mark_code("one ` alone <i>"), "one ` alone &lt;i&gt;");
}

#[test]
fn the_page_and_its_style_contain_no_command_and_no_external_reference() {
    assert!(!STYLE.contains("##") && !STYLE.contains("url(") && !STYLE.contains("@import"));
    assert!(!PAGE.contains("##") && !PAGE.contains("<script") && !PAGE.contains("src="));
}
