import { describe, expect, test } from '@jest/globals';
import { bundleOf, lambdaNames } from '../../bench/bundles.ts';

describe('the bundles of the Lambdas', () => {
  test('are those that the stacks deploy', () => {
    expect(lambdaNames()).toEqual([
      'agent',
      'api',
      'appender',
      'audit-rules',
      'catalog-watch',
      'dead-letters',
      'disposal',
      'event-port',
      'pipeline',
      'publish',
      'quality',
      'query-keeper',
      'query-watch',
      'reconcile',
      'relay',
      'sweep',
      'sync',
    ]);
  });

  test.each(lambdaNames())('%s is at most 400 KB', (name) => {
    expect(bundleOf(name).byteLength / 1024).toBeLessThanOrEqual(400);
  });
});
