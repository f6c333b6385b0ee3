import { describe, expect, test } from '@jest/globals';
import { chunks } from '#mesh/retention/chunks.ts';
import type { StoredVersion } from '#mesh/retention/plan.ts';

const versions = (count: number): StoredVersion[] =>
  Array.from({ length: count }, (_, index) => ({
    bucket: 'b',
    key: `k${index}`,
    versionId: `v${index}`,
    bytes: 1,
    etag: '',
    modified: '2026-01-01T00:00:00.000Z',
    latest: index % 2 === 0,
    marker: index % 7 === 0,
  }));

describe('what stands in one record', () => {
  test('is at most five thousand, each once, and a partition goes with its first part', () => {
    const partition = { values: ['1'], location: 's3://b/1/' };
    const slices = [3000, 3000, 12_000, 10].map((count, index) => ({
      id: `${index}`,
      end: `2026-01-0${index + 1}`,
      partition,
      versions: versions(count),
    }));
    const groups = chunks(slices);
    const sizes = groups.map((group) => group.reduce((sum, slice) => sum + slice.versions.length + 1, 0));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5000);
    expect(groups.flat().flatMap((slice) => slice.versions)).toHaveLength(18_010);
    expect(groups.flat().filter((slice) => slice.partition !== undefined)).toHaveLength(4);
    expect(groups.flat().map(({ id }) => id)).toEqual(['0', '1', '2', '2', '2', '3']);
  });

  test('of a slice in several records has the marks of deletion last, and the newest after the old', () => {
    const order = chunks([{ id: 'a', end: '2026', versions: versions(9000) }])
      .flat()
      .flatMap((slice) => slice.versions)
      .map(({ marker, latest }) => (marker ? 2 : latest ? 1 : 0));
    expect(order).toEqual(order.toSorted());
  });
});
