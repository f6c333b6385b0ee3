/** The style of a page on paper and on screen: black on white, told apart by form and not by colour. */
export const STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.5rem 4rem; font: 14px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #1a1a1a; background: #fff; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 2px solid #1a1a1a; break-after: avoid; }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; break-after: avoid; }
p { margin: .35rem 0; max-width: 48rem; }
.about { color: #555; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .6rem; margin: 1rem 0; padding: 0; list-style: none; }
.tiles li { border: 1px solid #999; border-radius: 4px; padding: .5rem .7rem; break-inside: avoid; }
.tiles b { display: block; font-size: 1.4rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; margin: .5rem 0 1rem; font-size: .86em; }
caption { text-align: left; color: #555; padding-bottom: .2rem; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th { text-align: left; border-bottom: 1.5px solid #1a1a1a; padding: .25rem .6rem .25rem 0; vertical-align: bottom; }
td { border-bottom: 1px solid #ddd; padding: .25rem .6rem .25rem 0; vertical-align: top; overflow-wrap: break-word; unicode-bidi: isolate; }
td.long, td.wide { overflow-wrap: anywhere; min-width: 7em; }
th.wide { width: 36%; }
td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.mark { display: inline-block; border: 1px solid #1a1a1a; border-radius: 3px; padding: 0 .35em; font-size: .9em; white-space: nowrap; }
.mark.high, .mark.gap { background: #1a1a1a; color: #fff; }
.mark.medium, .mark.unknown { background: #ddd; }
.none { color: #555; font-style: italic; }
figure { margin: .75rem 0 1rem; break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: .25rem; }
svg { width: 100%; max-width: 46rem; height: auto; font: 11px system-ui, "DejaVu Sans", sans-serif; }
.bar { fill: #3f5e7a; }
.hatched { fill: #fff; stroke: #3f5e7a; stroke-width: 1.5; stroke-dasharray: 3 2; }
.axis { stroke: #1a1a1a; }
pre { border: 1px solid #999; padding: .6rem; white-space: pre-wrap; overflow-wrap: anywhere; font: 12px/1.4 ui-monospace, "DejaVu Sans Mono", monospace; break-inside: avoid; }
@page { size: A4; margin: 16mm 14mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9px sans-serif; } }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5px; }
  h2 { break-before: auto; }
  .page { break-before: page; }
  a { color: inherit; text-decoration: none; }
  .bar, .mark.high, .mark.gap, .mark.medium, .mark.unknown { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}`;
