import type { Act } from './facts.ts';
import type { Report } from './report.ts';

/** The columns of a report as one table: what CSV and Parquet hold. */
export const REPORT_COLUMNS = ['section', 'at', 'subject', 'who', 'what', 'detail', 'value'] as const;

/** One line of it; `value` is a number, or absent. */
export type ReportRow = Readonly<Record<Exclude<(typeof REPORT_COLUMNS)[number], 'value'>, string>> & {
  readonly value?: number;
};

/** The whole report as one table, a section after the other. */
export function reportRows(report: Report): ReportRow[] {
  const { period, registration, access } = report;
  const figure = (what: string, value: number | undefined, subject = ''): ReportRow => ({
    ...EMPTY,
    section: 'figures',
    at: period.to,
    subject,
    what,
    ...(value === undefined ? {} : { value }),
  });
  const acts = (section: string, list: readonly Act[]) => list.map((act): ReportRow => ({ section, ...told(act) }));
  return [
    figure('entries', report.entries.count),
    figure('access added', access.added),
    figure('access removed', access.removed),
    figure('products registered', registration.count),
    figure('time to register p50, ms', registration.p50),
    figure('time to register p95, ms', registration.p95),
    ...report.kinds.map(({ name, count }) => figure('entries of the kind', count, name)),
    ...report.states.map(({ name, count }) => figure('subscriptions in the state', count, name)),
    ...report.policies.map(({ id, decisions }) => figure('decisions by the policy', decisions, id)),
    ...report.findings.flatMap(({ id, severity, rows, unknown }) =>
      rows === undefined
        ? [{ ...EMPTY, section: 'findings', subject: id, what: 'unknown', detail: unknown ?? '' }]
        : rows.map(
            ({ subject, who, since, detail }): ReportRow => ({
              section: 'findings',
              at: since,
              subject,
              who,
              what: `${id} (${severity})`,
              detail,
            }),
          ),
    ),
    ...acts('requests', report.requests),
    ...acts('decisions', report.decisions),
    ...acts('denied', report.denied),
    ...acts('drift', report.drift),
    ...acts('failures', report.failures),
    ...acts('retention', report.retention),
    ...report.subscriptions.map(
      ({ id, product, consumer, state, purpose, since }): ReportRow => ({
        section: 'subscriptions',
        at: since,
        subject: id,
        who: consumer,
        what: state,
        detail: `${product}: ${purpose}`,
      }),
    ),
    ...(report.reads ?? []).map(
      ({ product, principal, subscription, reads, columns, last }): ReportRow => ({
        section: 'reads',
        at: last,
        subject: product,
        who: principal,
        what: `${columns} columns`,
        detail: subscription,
        value: reads,
      }),
    ),
  ];
}

const EMPTY = { at: '', subject: '', who: '', what: '', detail: '' };

function told({ at, actor, action, summary, reason, ...act }: Act): Omit<ReportRow, 'section'> {
  const subject =
    act.subscription === '' ? [act.domain, act.product].filter((part) => part !== '').join('/') : act.subscription;
  return { at, subject, who: actor, what: action, detail: reason === '' ? summary : `${summary} (${reason})` };
}
