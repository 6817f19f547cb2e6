// A page may well have an --accent of its own, and set --aion-accent to it: the names used in here must be others, or the two
// would be each other's value.
const STYLE = `
:host {
  --_accent: var(--aion-accent, #0b6b62);
  --_on-accent: var(--aion-on-accent, #ffffff);
  --_quiet: var(--aion-quiet, #5d6866);
  --_line: var(--aion-line, #dcdfdc);
  --_bad: var(--aion-bad, #a8261c);
  display: block;
  max-inline-size: 34rem;
  font: inherit;
  line-height: 1.5;
  text-align: start;
}
@supports (color: light-dark(red, red)) {
  :host {
    --_accent: var(--aion-accent, light-dark(#0b6b62, #5cc6b8));
    --_on-accent: var(--aion-on-accent, light-dark(#ffffff, #06201d));
    --_quiet: var(--aion-quiet, light-dark(#5d6866, #97a3a0));
    --_line: var(--aion-line, light-dark(#dcdfdc, #2e3836));
    --_bad: var(--aion-bad, light-dark(#a8261c, #f08a7d));
  }
}
:host([hidden]), [hidden] { display: none; }
section { display: grid; gap: 0.75em; padding: 1em 1.25em; border: 1px solid var(--_line);
  border-radius: var(--aion-radius, 0.5em); background: var(--aion-ground, Canvas); color: var(--aion-ink, CanvasText); }
ul:empty { display: none; }
p, ul { margin: 0; padding: 0; list-style: none; }
[part="account"] { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 0.8125em;
  overflow-wrap: anywhere; }
[part="owner"] { font-weight: 600; overflow-wrap: anywhere; }
[part="usage"], [part="notice"] { color: var(--_quiet); font-size: 0.875em; }
[part="faults"]:not(:empty) { display: grid; gap: 0.25em; color: var(--_bad); overflow-wrap: anywhere; }
button { justify-self: start; min-inline-size: 9em; padding: 0.6em 1.25em; border: 1px solid var(--_accent);
  border-radius: var(--aion-radius, 0.5em); background: var(--_accent); color: var(--_on-accent); font: inherit;
  font-weight: 600; cursor: pointer; }
button.running { background: none; color: var(--_accent); }
button:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
button:disabled { opacity: 0.6; cursor: default; }
[part="status"] { min-block-size: 3em; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
@media (prefers-reduced-motion: no-preference) {
  button { transition: color 120ms, background-color 120ms; }
}
@media (forced-colors: active) {
  button.running { border-style: dashed; }
}
`;

let sheet: CSSStyleSheet | undefined;

/** The style sheet of all elements. Made by script, since a page's policy may forbid style elements. */
export function styleSheet(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  }
  return sheet;
}
