import { type Html, html } from '../report/html.ts';
import { moment, page, person, table } from '../report/page.ts';
import type { ControlEvidence, ControlState } from './controls.ts';
import type { EvidenceManifest } from './manifest.ts';

/** Entries of one control that the page names; `entries.jsonl` has all. */
const NAMED = 20;

const STATES: Readonly<Record<ControlState, string>> = {
  shown: 'shown',
  incomplete: 'incomplete',
  deviations: 'deviations',
  gap: 'gap',
};

/** The front page of an evidence pack; `policyFiles` are the paths of the policies' texts in it. */
export function packPage(manifest: Omit<EvidenceManifest, 'files'>, policyFiles: readonly string[]): string {
  const { mesh, title, period, madeAt, madeBy, controls, entries } = manifest;
  const count = (state: ControlState) => controls.filter((one) => one.state === state).length;
  const proofs =
    entries.proved === entries.count
      ? html`<p>Each of the ${entries.count} entries has a proof that the log holds it.</p>`
      : html`<p><b>${entries.count - entries.proved} of ${entries.count} entries have no proof that the log holds them</b>: what stands in them rests on whoever made this pack.</p>`;
  return page(`${mesh}: evidence for ${title}`, [
    html`<h1>Evidence for ${title}</h1>
<p class="about">Mesh <b>${mesh}</b> · ${period.name}: ${moment(period.from)} to ${moment(period.to)} UTC${period.running ? ' (the period is not over)' : ''}<br>Made ${moment(madeAt)} UTC by ${person(madeBy)}.</p>
<ul class="tiles">${(Object.keys(STATES) as ControlState[]).map((state) => html`<li><b>${count(state)}</b>${STATES[state]}</li>`)}</ul>
${proofs}
<p>A control is shown when something shows it and nothing speaks against it. Nothing here says that a control is fulfilled: that is for an auditor to judge. Check this folder with: weft audit evidence --verify &lt;folder&gt;</p>
<p>Files: <a href="report/report.html">report</a>, <a href="entries.jsonl">entries</a>, <a href="findings.json">findings</a>, <a href="coverage.json">policies by control</a>, <a href="manifest.json">manifest</a>${policyFiles.map((path) => html`, <a href="${path}">${path}</a>`)}.</p>
<h2>Controls</h2>`,
    table(
      controls,
      [
        { title: 'Control', value: ({ id }) => html`<a href="#${id}">${id}</a>` },
        { title: 'Asks for', value: ({ says }) => says, kind: 'long' },
        { title: 'State', value: mark },
        { title: 'Policies', value: ({ policies }) => policies.length, kind: 'number' },
        { title: 'Entries', value: (one) => one.entries.length, kind: 'number' },
      ],
      'The standard has no controls.',
    ),
    ...controls.map(section),
  ]);
}

function mark({ state }: ControlEvidence): Html {
  const tone = state === 'gap' || state === 'deviations' ? 'gap' : state === 'incomplete' ? 'unknown' : '';
  return html`<span class="mark ${tone}">${STATES[state]}</span>`;
}

function section(control: ControlEvidence): Html {
  const { id, says, because, policies, entries, findings } = control;
  const named = entries.slice(0, NAMED);
  const rest = entries.length - named.length;
  return html`<h3 id="${id}">${id} ${mark(control)}</h3><p class="about">${says}</p><ul>${because.map((sentence) => html`<li>${sentence}</li>`)}</ul>
${
  policies.length === 0
    ? html``
    : table(
        policies,
        [
          { title: 'Policy', value: (policy) => policy.id },
          { title: 'Mode', value: ({ mode }) => mode },
          { title: 'Says', value: ({ message }) => message, kind: 'long' },
        ],
        '',
      )
}
${findings.length === 0 ? html`` : html`<p>Findings: ${findings.map((one, index) => html`${index === 0 ? '' : ', '}${one.id}: ${one.found}`)}</p>`}
${named.length === 0 ? html`` : html`<p>Entries: ${named.map((entry, index) => html`${index === 0 ? '' : ', '}<code>${entry}</code>`)}${rest > 0 ? `, and ${rest} more` : ''}</p>`}`;
}
