import { describe, expect, test } from '@jest/globals';
import { compileAccess } from '#mesh/access/compile.ts';
import { compileTagGrants } from '#mesh/entitlement/tag-grants.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { AT, column, product, TOPOLOGY, table } from '../fixtures.ts';
import { entitlement } from './fixture.ts';

const PARTNER: Topology = {
  ...TOPOLOGY,
  domains: TOPOLOGY.domains.map((domain) => (domain.name === 'finance' ? { ...domain, external: true } : domain)),
};

describe('a standing entitlement of a domain that has become a partner', () => {
  const sharesOf = (expiresAt: string | undefined, topology: Topology) => {
    const { id, selector, grantee } = entitlement('finance', { classification: 'public' });
    const end = expiresAt === undefined ? {} : { expiresAt };
    const record = product([table('t0', [column('id', 'int', 'public')])], {
      entitlements: [{ id, selector, grantee, way: 'names', ...end }],
    });
    return compileAccess(record, [], [], topology, AT).shares.map(({ consumer }) => consumer);
  };
  const tagsOf = (expiresAt: string | undefined, topology: Topology) => {
    const end = expiresAt === undefined ? {} : { expiresAt };
    return compileTagGrants([entitlement('finance', { classification: 'public' }, end)], topology).length;
  };

  test('gives nothing without an end, by names or by LF-Tags', () => {
    expect([sharesOf(undefined, TOPOLOGY), tagsOf(undefined, TOPOLOGY)]).toEqual([['finance'], 2]);
    expect([sharesOf(undefined, PARTNER), tagsOf(undefined, PARTNER)]).toEqual([[], 0]);
  });

  test('goes on until its end', () => {
    const end = '2030-01-01T00:00:00.000Z';
    expect([sharesOf(end, PARTNER), tagsOf(end, PARTNER)]).toEqual([['finance'], 2]);
  });
});
