import { describe, expect, test } from '@jest/globals';
import { hiveType, viewText } from '#mesh/audit/views/view.ts';
import { auditViews, whoReadQuery } from '#mesh/audit/views/views.ts';
import { aviation } from '../../stacks/aviation.ts';

const topology = aviation();

describe('the views of the trail', () => {
  test.each([
    ['varchar', 'string'],
    ['integer', 'int'],
    ['bigint', 'bigint'],
    ['array(row(account varchar, databasename varchar))', 'array<struct<account:string,databasename:string>>'],
  ])('%s is %s in Glue', (presto, hive) => {
    expect(hiveType(presto)).toBe(hive);
  });

  test('are kept as Athena keeps its own', () => {
    const [view] = auditViews(topology);
    if (view === undefined) throw new Error('there is none');
    const text = viewText(view, 'aviation_audit', (plain) => Buffer.from(plain).toString('base64'));
    const encoded = /^\/\* Presto View: (\S+) \*\/$/.exec(text)?.[1] ?? '';
    expect(JSON.parse(Buffer.from(encoded, 'base64').toString())).toMatchObject({
      originalSql: view.sql,
      catalog: 'awsdatacatalog',
      schema: 'aviation_audit',
      columns: expect.arrayContaining([{ name: 'queryid', type: 'varchar' }]),
    });
  });

  test('a period is asked of the days in which the trail has it', () => {
    const asked = {
      domain: 'wildlife-safety',
      product: "bird's",
      from: '2026-05-01T00:00:00Z',
      until: '2026-06-01T00:00:00Z',
    };
    const sql = whoReadQuery(topology, asked);
    expect(sql.match(/errorcode IS NULL AND day >= '2026\/04\/30' AND day <= '2026\/06\/02'/g)).toHaveLength(2);
    expect(sql).toContain(`"at" >= '2026-05-01T00:00:00Z' AND "at" < '2026-06-01T00:00:00Z'`);
    expect(sql).toContain(`product = 'bird''s'`);
  });

  test('who read a column is asked together with who read any, where nobody knows which', () => {
    const asked = { domain: 'wildlife-safety', product: 'bird-strikes', column: 'Operator' };
    expect(whoReadQuery(topology, asked)).toContain(`columnname IN ('operator', '*')`);
  });

  test('name every account that is watched, and no partner’s', () => {
    const [first, ...others] = topology.domains;
    if (first === undefined) throw new Error('there is none');
    const partner = { ...first, external: true as const, terms: 'https://terms.example' };
    const [access] = auditViews({ ...topology, domains: [partner, ...others] });
    expect(access?.sql).toContain(`'${topology.managementAccount}'`);
    expect(access?.sql).not.toContain(first.account);
  });
});
