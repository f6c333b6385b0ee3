import { afterAll, expect } from '@jest/globals';
import type { Cloud } from '#local/core/cloud.ts';
import { Judge, statementsToAdd } from './judge.ts';

/**
 * Has every call of a suite judged by the synthesized policies of its caller: at the suite's end a missing permission fails it and names the statement to
 * add. To be called where hooks may be registered, before the suite's own.
 */
export function judging(): { watch(cloud: Cloud): void; unjudged<T>(work: () => Promise<T>): Promise<T> } {
  const judges: Judge[] = [];
  afterAll(() => {
    expect(judges.reduce((sum, { judged }) => sum + judged, 0)).toBeGreaterThan(0);
    expect(judges.flatMap(({ denials }) => statementsToAdd(denials))).toEqual([]);
  });
  return {
    watch(cloud) {
      const judge = new Judge(cloud);
      cloud.observe(judge);
      judges.push(judge);
    },
    /** Runs what is refused on purpose. */
    async unjudged(work) {
      for (const judge of judges) judge.watching = false;
      try {
        return await work();
      } finally {
        for (const judge of judges) judge.watching = true;
      }
    },
  };
}
