import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Cloud } from '#local/core/cloud.ts';
import { resourceTypes } from '#local/deployer/resources/registry.ts';
import { isInert } from '#local/deployer/resources/resource.ts';
import { allServices } from '#local/instance/services.ts';
import { checkLedger, type LedgerRow, readLedger } from '#local/ledger/ledger.ts';
import { temporaryFolder } from '../deployer/assembly.ts';
import { unmentioned } from './mentions.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('the ledger', () => {
  const cloud = new Cloud({ folder: temporaryFolder() });
  const services = allServices(cloud);
  for (const service of services) cloud.register(service);

  afterAll(() => cloud.close());

  test('has a row for every operation of every service and every resource type, and a test for every row', () => {
    expect(checkLedger(readLedger(), services, Object.keys(resourceTypes()), root)).toEqual([]);
  });

  test('names tests that speak of what the row is for', () => {
    expect(unmentioned(readLedger(), root)).toEqual([]);
    const row = { what: 'w', source: 's', test: 'test/contract/sts.test.ts' };
    const rows = [
      { ...row, operation: 'AssumeRole' },
      { ...row, operation: 'Assume' },
      { ...row, operation: 'AssumeRole', by: 'nowhere' },
    ];
    expect(unmentioned(new Map([['glue', rows]]), root)).toEqual([
      `glue.yaml row 2: ${row.test} does not name Assume`,
      `glue.yaml row 3: ${row.test} does not name nowhere`,
    ]);
  });

  test('every resource type and property without effect says why', () => {
    const reasons = Object.entries(resourceTypes()).flatMap(([name, type]) => {
      if (isInert(type)) return [[name, type.inert] as const];
      return Object.entries(type.properties).flatMap(([property, rule]) =>
        typeof rule === 'string' ? [] : [[`${name} ${property}`, rule.inert] as const],
      );
    });
    expect(reasons.length).toBeGreaterThan(20);
    expect(reasons.filter(([, reason]) => reason.split(' ').length < 4)).toEqual([]);
  });

  test('finds what is missing and what is wrong', () => {
    const rows = [
      { operation: 'Put', what: 'w', source: 's', test: 'test/local/ledger/ledger.test.ts' },
      { operation: 'Gone', what: 'w', source: 's', test: 'test/nowhere.test.ts' },
      { operation: '*', what: '', source: 's', test: 'test/local/ledger/ledger.test.ts' },
    ] satisfies LedgerRow[];
    const service = { signingName: 'events', operations: { Put: {}, Get: {} }, pump: () => undefined };
    expect(
      checkLedger(
        new Map([
          ['eventbridge', rows],
          ['events', rows],
        ]),
        [service],
        ['AWS::X::Y'],
        root,
      ),
    ).toEqual([
      'eventbridge.yaml has no row for Get',
      'eventbridge.yaml has no row for background',
      'deployer.yaml has no row for AWS::X::Y',
      'eventbridge.yaml row 2 is for Gone, which is not implemented',
      'eventbridge.yaml row 2 names the test test/nowhere.test.ts, which does not exist',
      'eventbridge.yaml row 3 has no what',
      'events.yaml is for no service',
    ]);
  });
});
