//! The rendered Markdown summary, without any markup from data.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::check_recording;

/// Returns the headings of the rendered text and the number of list items.
pub fn render(text: &str) -> (Vec<String>, usize) {
    let (mut headings, mut items, mut heading) = (Vec::new(), 0, None);
    for event in Parser::new_ext(text, Options::all() - Options::ENABLE_MATH) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => panic!("HTML: {html}"),
            Event::FootnoteReference(name) => panic!("a footnote: {name}"),
            Event::Start(Tag::Image { dest_url, .. }) => panic!("an image: {dest_url}"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("https://"), "a link: {dest_url}");
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => headings.extend(heading.take()),
            Event::Start(Tag::Item) => items += 1,
            Event::Start(
                Tag::CodeBlock(_) | Tag::Table(_) | Tag::BlockQuote(_) | Tag::FootnoteDefinition(_),
            )
            | Event::Rule => panic!("a block that the summary has none of: {event:?}"),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            _ => {}
        }
    }
    (headings, items)
}

#[test]
fn a_recording_renders_with_the_expected_headings() {
    let text = check_recording("blocked", &["--format", "markdown"], &[]).stdout;
    let (headings, items) = render(&text);
    assert_eq!(
        headings,
        [
            "NOT READY",
            "shop: NOT READY",
            "Blockers",
            "Warnings",
            "Notes"
        ]
    );
    assert!(items > 20, "{text}");
}
