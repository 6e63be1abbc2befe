/* What the eye sees on one page: anything wider than the screen, any target too small for a thumb,
   any inline code, more or fewer than one h1. Returns a list of sentences. */
() => {
  const found = [];
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) {
    found.push(`wider than the screen: ${document.documentElement.scrollWidth}`);
  }
  const targets = "a[href], button, summary, select, input:not([type=hidden]), textarea";
  const exempt =
    ".usa-sr-only, .usa-radio__input, .usa-checkbox__input, .usa-skipnav, .sp-cover, .sp-trap *";
  // A link inside a sentence is exempt (WCAG 2.2, 2.5.8).
  const isInSentence = (e) =>
    e.matches("a, .usa-button--unstyled") &&
    getComputedStyle(e).display.startsWith("inline") &&
    e.closest("p, li, dd, td, th, label");
  for (const e of document.querySelectorAll(targets)) {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height || e.matches(exempt) || isInSentence(e)) continue;
    if (box.height < 43.5 || box.width < 43.5) {
      const size = `${Math.round(box.width)}x${Math.round(box.height)}`;
      found.push(`small: ${e.tagName} ${size} ${e.textContent.trim().slice(0, 20)}`);
    }
  }
  const code = '[style], style, script:not([src]):not([type="application/json"])';
  const inline = document.querySelector(code);
  if (inline) found.push(`inline: ${inline.outerHTML.slice(0, 90)}`);
  const heads = document.querySelectorAll("h1").length;
  if (heads !== 1) found.push(`h1: ${heads}`);
  return found;
};
