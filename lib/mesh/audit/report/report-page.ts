import type { FindingResult } from '../findings/finding.ts';
import { bars, steps } from './charts.ts';
import type { Act } from './facts.ts';
import { type Html, html } from './html.ts';
import { moment, type PageColumn, page, person, table } from './page.ts';
import { inForce, PRODUCT_USE, type Report } from './report.ts';

/** The report for people: one file with its charts, for screen and paper. */
export function reportPage(report: Report): string {
  const { mesh, period, product } = report;
  return page(`${mesh}: compliance report ${period.name}`, [
    html`<h1>Compliance report</h1>
<p class="about">Mesh <b>${mesh}</b>${product === undefined ? html`` : html`, product <b>${product}</b>`} · ${period.name}: ${moment(period.from)} to ${moment(period.to)} UTC${period.running ? ' (the period is not over)' : ''}<br>
Made ${moment(report.madeAt)} UTC by ${person(report.madeBy)}, from ${report.entries.count} entries of the trail. What it rests on stands at its end.</p>`,
    tiles(report),
    findings(report),
    access(report),
    reads(report),
    decisions(report),
    drift(report),
    products(report),
    foundation(report),
  ]);
}

function tiles({
  access: { added, removed },
  requests,
  decisions: decided,
  denied,
  subscriptions,
  findings: found,
  readsByProduct,
  reads: known,
  registration,
}: Report): Html {
  const open = found.reduce((sum, { rows = [] }) => sum + rows.length, 0);
  const reading = known === undefined ? '?' : readsByProduct.reduce((sum, { count }) => sum + count, 0);
  const figures: readonly (readonly [string | number, string])[] = [
    [open, 'findings'],
    [requests.length, 'requests'],
    [decided.length, 'decisions'],
    [denied.length, 'denied attempts'],
    [added, 'accesses added'],
    [removed, 'accesses removed'],
    [subscriptions.filter(inForce).length, 'subscriptions in force'],
    [reading, 'reads'],
    [registration.p95 === undefined ? '–' : duration(registration.p95), 'time to register, p95'],
  ];
  return html`<ul class="tiles">${figures.map(([value, name]) => html`<li><b>${value}</b>${name}</li>`)}</ul>`;
}

function findings({ findings: results }: Report): Html {
  const open = results.filter(({ rows }) => rows?.length !== 0);
  const overview = table(
    results,
    [
      { title: 'Looked for', value: ({ title }) => title },
      { title: 'Severity', value: ({ severity }) => html`<span class="mark ${severity}">${severity}</span>` },
      {
        title: 'Found',
        value: ({ rows }) => (rows === undefined ? html`<span class="mark unknown">unknown</span>` : rows.length),
        kind: 'number',
      },
    ],
    'Nothing was looked for.',
  );
  return html`<h2>Findings</h2>${overview}${open.map(oneFinding)}`;
}

function oneFinding({ title, why, rows, unknown }: FindingResult): Html {
  const head = html`<h3>${title}</h3><p class="about">${capital(why)}.</p>`;
  if (rows === undefined) return html`${head}<p>It could not be looked for: ${unknown ?? ''}</p>`;
  return html`${head}${table(
    rows,
    [
      { title: 'Since', value: ({ since }) => since, kind: 'time' },
      { title: 'About', value: ({ subject }) => subject, kind: 'long' },
      { title: 'Who', value: ({ who }) => person(who), kind: 'long' },
      { title: 'What', value: ({ detail }) => detail, kind: 'long' },
      { title: 'Evidence', value: ({ evidence }) => evidence, kind: 'long' },
    ],
    '',
  )}`;
}

function access({ access: { steps: list }, states, subscriptions }: Report): Html {
  const held = table(
    subscriptions.filter(inForce),
    [
      { title: 'Product', value: ({ product }) => product },
      { title: 'Consumer', value: ({ consumer }) => consumer },
      { title: 'Purpose', value: ({ purpose }) => purpose, kind: 'long' },
      { title: 'Asked by', value: ({ requestedBy }) => person(requestedBy), kind: 'long' },
      { title: 'Decided by', value: ({ decidedBy }) => person(decidedBy), kind: 'long' },
      { title: 'Since', value: ({ since }) => since, kind: 'time' },
      { title: 'Until', value: ({ until }) => (until === '' ? 'no end' : until), kind: 'time' },
    ],
    'No subscription is in force.',
  );
  return html`<h2>Access</h2>${steps('Access added and removed', list)}${bars('Subscriptions by state', states)}<h3>In force at the end of the period</h3>${held}`;
}

function reads({ reads: list, readsByProduct }: Report): Html {
  if (list === undefined) return html`<h2>Reads</h2><p>Reads could not be asked for; see the end of this report.</p>`;
  return html`<h2>Reads</h2>${bars('Reads by product', readsByProduct)}${table(
    list,
    [
      { title: 'Product', value: ({ product }) => product },
      { title: 'Consumer', value: ({ consumer }) => consumer },
      { title: 'Who', value: ({ principal }) => person(principal), kind: 'long' },
      { title: 'Subscription', value: ({ subscription }) => subscription, kind: 'long' },
      { title: 'Columns', value: ({ columns }) => columns, kind: 'number' },
      { title: 'Reads', value: (row) => row.reads, kind: 'number' },
      { title: 'Last', value: ({ last }) => last, kind: 'time' },
    ],
    'Nobody read anything.',
  )}`;
}

const ACT_COLUMNS: readonly PageColumn<Act>[] = [
  { title: 'At', value: ({ at }) => at, kind: 'time' },
  { title: 'Who', value: ({ actor }) => person(actor), kind: 'long' },
  { title: 'What', value: ({ action }) => action },
  { title: 'About', value: ({ domain, product, consumer }) => aboutOf(domain, product, consumer), kind: 'long' },
  {
    title: 'How',
    value: ({ summary, reason }) => (reason === '' || summary.includes(reason) ? summary : `${summary} (${reason})`),
    kind: 'wide',
  },
  { title: 'Policies', value: ({ policies }) => policies.join(', '), kind: 'long' },
];

function aboutOf(domain: string, product: string, consumer: string): string {
  const name = [domain, product].filter((part) => part !== '').join('/');
  return consumer === '' || consumer === name ? name : `${name} for ${consumer}`;
}

function decisions({ requests, decisions: decided, denied, policies }: Report): Html {
  return html`<h2>Who asked, who decided</h2><h3>Requests</h3>${table(requests, ACT_COLUMNS, 'Nobody asked for anything.')}
<h3>Decisions</h3>${table(decided, ACT_COLUMNS, 'Nothing was decided.')}
<h3>Denied attempts</h3>${table(denied, ACT_COLUMNS, 'Nothing was denied.')}
<h3>Policies that decided</h3>${bars(
    'Decisions by policy',
    policies.map(({ id, decisions: count }) => ({ name: id, count })),
  )}`;
}

function drift({ drift: found, failures }: Report): Html {
  return html`<h2>Changes past the mesh, and failures</h2><h3>Drift and its repair</h3>${table(found, ACT_COLUMNS, 'Nothing was changed past the mesh.')}
<h3>Failures</h3>${table(failures, ACT_COLUMNS, 'Nothing failed.')}`;
}

function products({ products: list, registration, findings: results, retention }: Report): Html {
  const { count, p50, p95 } = registration;
  const told =
    p50 === undefined || p95 === undefined
      ? html`<p class="none">No product was registered in the period.</p>`
      : html`<p>${count} versions were registered in the period. Time to register: half of them within <b>${duration(p50)}</b>, 95 of 100 within <b>${duration(p95)}</b>.</p>`;
  const marks = (name: string) =>
    results
      .filter(
        ({ id, rows = [] }) =>
          PRODUCT_USE.includes(id) && rows.some(({ subject }) => subject.split(' and ').includes(name)),
      )
      .map(({ id }) => id.replace('-products', ''))
      .join(', ');
  return html`<h2>Products</h2>${told}${table(
    list,
    [
      { title: 'Product', value: ({ name }) => name },
      { title: 'Owner', value: ({ owner }) => owner, kind: 'long' },
      { title: 'State', value: ({ state }) => state },
      { title: 'Classification', value: ({ classification }) => classification },
      { title: 'Registered', value: ({ registeredAt }) => registeredAt, kind: 'time' },
      { title: 'Unused, stale, duplicate', value: ({ name }) => marks(name) },
    ],
    'The mesh has no products.',
  )}<h3>Retention and disposal</h3>${table(retention, ACT_COLUMNS, 'Nothing was disposed of, and no hold was placed.')}`;
}

function foundation({ entries, kinds, checkpoint, unknown }: Report): Html {
  const { first, last } = entries;
  return html`<h2>What this rests on</h2>
<p>${entries.count} entries of the trail${first === undefined ? '' : `, from ${first} to ${last ?? ''}`}.</p>
${bars('Entries by kind', kinds)}
${unknown.length === 0 ? html`` : html`<h3>What could not be asked</h3><ul>${unknown.map((sentence) => html`<li>${sentence}</li>`)}</ul>`}
<h3>The log's checkpoint</h3>${
    checkpoint === undefined
      ? html`<p>No checkpoint could be read, so nothing here proves that the trail is whole.</p>`
      : html`<p>The trail is whole up to this signed checkpoint; weft audit verify checks that.</p><pre>${checkpoint}</pre>`
  }`;
}

function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const seconds = milliseconds / 1000;
  return seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
