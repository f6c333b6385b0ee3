import { domainEvent } from '#mesh/event/envelope.ts';
import type { DomainReport, RuleResult } from '#mesh/event/report.ts';
import { runEvent, type StatementRun } from '#mesh/lineage/run-event.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { accountOf, TOPOLOGY } from '../../control/world.ts';
import { testParser } from '../../mesh/lineage/parser.ts';
import type { Mesh } from '../mesh.ts';
import type { Random } from '../random.ts';

const parser = await testParser();

/** The programs of domains, which say of their data what is so, and now and then what is not theirs to say. */
export function createReporters(mesh: Mesh, random: Random) {
  let runs = 0;
  const last = new Map<string, string>();
  /** Ids of reports that came from an account that may not say so. */
  const forged = new Set<string>();

  const kinds: Readonly<Record<string, (product: ProductRecord, id: string) => DomainReport>> = {
    delivered: (product, id) => {
      runs += 1;
      const run = `run-${runs}`;
      last.set(keyOf(product), run);
      const table = random.pick(['entries', 'states']);
      const at = mesh.world.clock.date().toISOString();
      return { type: 'DataDelivered', ...headOf(product, id), table, at, run, rows: random.below(1000) };
    },
    measured: (product, id) => {
      const at = mesh.world.clock.date().toISOString();
      const ok = random.chance(0.6);
      const results = product.tables.flatMap(({ name, quality = [] }) =>
        quality.map(
          ({ measure }): RuleResult => ({
            rule: measure,
            table: name,
            severity: 'error',
            ok,
            value: ok ? 0 : 3,
            expected: 'mustBe 0',
          }),
        ),
      );
      const run = last.get(keyOf(product));
      return {
        type: 'QualityMeasured',
        ...headOf(product, id),
        at,
        results,
        promises: [],
        ...(run === undefined ? {} : { run }),
      };
    },
    lineage: (product, id) => {
      const run = `0b8c5c0e-6d7b-4a9c-9f1b-${String(100_000_000_000 + runs)}`;
      const statement: StatementRun = {
        run,
        at: mesh.world.clock.date().toISOString(),
        mesh: TOPOLOGY.mesh,
        account: accountOf(product.domain),
        region: TOPOLOGY.region,
        domain: product.domain,
        product: product.name,
        major: product.major,
        table: 'states',
        sql: `SELECT state, ${random.pick(['max', 'min'])}(tax) AS tax FROM raw.taxes GROUP BY state`,
        columns: { 'raw.taxes': ['state', 'tax'] },
        output: { name: `${product.domain}.states`, columns: ['state', 'tax'] },
      };
      const event = runEvent(statement, parser) ?? {};
      return { type: 'LineageReported', ...headOf(product, id), table: 'states', run, event };
    },
  };

  return {
    forged,
    /** A program of a domain reports; what its bus refuses it does not say again. */
    report: async (): Promise<string> => {
      const { versions } = await mesh.registered();
      if (versions.length === 0) return 'nothing';
      const { product } = random.pick(versions);
      const kind = random.pick(Object.keys(kinds));
      const id = `told-${mesh.correlation()}`;
      const said = kinds[kind]?.(product, id) as DomainReport;
      const event = { id, account: accountOf(product.domain), detail: domainEvent(said) };
      if (random.chance(0.1)) {
        mesh.faults.count('forged');
        forged.add(id);
        const other = random.pick(TOPOLOGY.domains.filter(({ name }) => name !== product.domain));
        mesh.reports.put({ ...event, account: other.account });
        return `${kind} forged`;
      }
      mesh.reports.put(event);
      return kind;
    },
  };
}

function keyOf({ domain, name, major }: ProductRecord): string {
  return `${domain}/${name} ${major}`;
}

function headOf({ domain, name: product, major }: ProductRecord, id: string) {
  return { id, time: '2026-03-01T12:00:00.000Z', from: domain, domain, product, major };
}
