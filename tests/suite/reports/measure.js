// Measures pages in frames: the width of each page, and the contrast of each text with its background (WCAG 2).
const numbers = colour => colour.match(/[\d.]+/g).map(Number);
const linear = part => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
const luminance = colour => {
  const [red, green, blue] = numbers(colour).map(linear);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (ink, paper) => {
  const [less, more] = [luminance(ink), luminance(paper)].sort((a, b) => a - b);
  return (more + 0.05) / (less + 0.05);
};
const paperOf = (element, view) => {
  for (let e = element; e; e = e.parentElement) {
    const colour = view.getComputedStyle(e).backgroundColor;
    if (numbers(colour)[3] !== 0) return colour;
  }
};
const name = element => `${element.tagName}.${element.className}`;
const hasText = element => [...element.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim());

function measure(frame) {
  const view = frame.contentWindow, page = view.document, root = page.documentElement;
  const all = [...page.body.querySelectorAll('*')];
  const texts = all.filter(hasText);
  const faint = texts.filter(e => !(contrast(view.getComputedStyle(e).color, paperOf(e, view)) >= 4.5));
  // On a phone, tables are stacked, and their header is only for screen readers.
  const wide = all.filter(e => !e.closest('thead') && e.getBoundingClientRect().right > root.clientWidth + 1);
  return {
    width: Number(frame.width), scheme: frame.dataset.scheme, shown: root.clientWidth, needed: root.scrollWidth,
    height: root.scrollHeight, texts: texts.length, faint: faint.map(name), wide: wide.map(name),
    paper: luminance(paperOf(page.body, view)), scripts: page.scripts.length,
  };
}

addEventListener('load', () => {
  document.getElementById('measured').textContent = JSON.stringify([...document.querySelectorAll('iframe')].map(measure));
});
