import { describe, expect, test } from '@jest/globals';
import { deriveEvents } from '#mesh/event/derive.ts';
import { ownership } from '#mesh/product/ownership.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { withCondition } from '#mesh/record.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { AT, product, TOPOLOGY } from '../fixtures.ts';

const ownersAre = (...owners: string[]): Topology => ({
  ...TOPOLOGY,
  domains: TOPOLOGY.domains.map((domain) => (domain.name === 'sales' ? { ...domain, owners } : domain)),
});
const PRODUCT = product([], { owner: 'Sam' });

function looked(record: ProductRecord, topology: Topology): ProductRecord {
  const next = ownership(record, topology, AT);
  if (next === undefined) return record;
  return { ...record, status: { ...record.status, conditions: withCondition(record.status.conditions, next) } };
}

describe('a product whose owner', () => {
  test('leaves is flagged, told of, and found again by another', () => {
    const owned = looked(PRODUCT, ownersAre('sam '));
    expect(owned.status.conditions).toMatchObject([{ type: 'Owned', status: 'true' }]);
    const left = looked(owned, ownersAre('Ada', 'Eve'));
    expect(left.status.conditions).toMatchObject([
      { type: 'Owned', status: 'false', reason: 'OwnerLeft', message: expect.stringMatching(/Sam .* Ada, Eve/) },
    ]);
    expect(deriveEvents(owned, left, []).map(({ type, data }) => [type, data.audience])).toEqual([
      ['OwnerMissing', ['sales']],
    ]);
    const found = looked({ ...left, owner: 'Eve' }, ownersAre('Ada', 'Eve'));
    expect(deriveEvents(left, found, []).map(({ type }) => type)).toEqual(['OwnerFound']);
  });

  test('never was among the owners, e.g. a team, is not flagged', () => {
    expect(looked({ ...PRODUCT, owner: 'the sales team' }, TOPOLOGY)).not.toHaveProperty('status.conditions.0');
  });

  test('is of a domain that has left itself is not told twice', () => {
    expect(ownership(PRODUCT, { ...TOPOLOGY, domains: [] }, AT)).toBeUndefined();
  });
});
