import { describe, expect, test } from '@jest/globals';
import type { DriftFinding } from '#mesh/drift/finding.ts';
import { type DriftLook, driftAfter, driftNews, NO_DRIFT, openDrift } from '#mesh/drift/history.ts';

const leak: DriftFinding = { kind: 'GrantAdded', account: '1', on: 'p t', what: 'p holds SELECT' };
const loss: DriftFinding = { kind: 'TableMissing', account: '1', on: 't', what: 't is gone' };
const look = (found: readonly DriftFinding[], open = found, covers = true): DriftLook => ({
  found,
  open,
  covers: () => covers,
});

describe('what is known of drift', () => {
  test('is the same list when a look finds nothing new', () => {
    expect(driftAfter(NO_DRIFT, look([]), 'a')).toBe(NO_DRIFT);
    const known = driftAfter(NO_DRIFT, look([loss]), 'a');
    expect(driftAfter(known, look([loss]), 'b')).toBe(known);
  });

  test('keeps when a thing was first found, and says when it was mended', () => {
    const known = driftAfter(NO_DRIFT, look([loss]), 'a');
    const mended = driftAfter(known, look([loss], []), 'b');
    expect(mended).toEqual([{ ...loss, at: 'a', repaired: 'b' }]);
    expect(openDrift(mended)).toEqual([]);
  });

  test('takes for mended what a look no longer finds, but only where it looked', () => {
    const known = driftAfter(NO_DRIFT, look([loss]), 'a');
    expect(driftAfter(known, look([], [], false), 'b')).toBe(known);
    expect(driftAfter(known, look([]), 'b')).toEqual([{ ...loss, at: 'a', repaired: 'b' }]);
  });

  test('tells each thing once when it is found and once when it is mended, and again when it comes back', () => {
    const first = driftAfter(NO_DRIFT, look([loss, leak], [loss]), 'a');
    expect(driftNews(undefined, first)).toMatchObject({ found: [loss, leak], repaired: [leak] });
    const second = driftAfter(first, look([loss], []), 'b');
    expect(driftNews(first, second)).toMatchObject({ found: [], repaired: [loss] });
    const third = driftAfter(second, look([leak], []), 'c');
    expect(driftNews(second, third)).toMatchObject({ found: [leak], repaired: [leak] });
    expect(driftNews(third, third)).toEqual({ found: [], repaired: [] });
  });
});
