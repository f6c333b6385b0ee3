import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, expect } from '@jest/globals';
import type { Cloud } from '#local/core/cloud.ts';
import { Judge, statementsToAdd } from './judge.ts';
import { type Granted, granted, united } from './usage.ts';

/** A suite whose calls are judged. */
export interface Judging {
  watch(cloud: Cloud): void;
  /** Runs what is refused on purpose. */
  unjudged<T>(work: () => Promise<T>): Promise<T>;
}

interface Watched {
  readonly judge: Judge;
  readonly cloud: Cloud;
  permits: readonly Granted[] | undefined;
}

/**
 * Has every call of a suite judged by the deployed policies: at the suite's end a missing permission fails it and names the statement to add. Where `WEFT_USAGE_DIR`
 * names a folder, what was granted and what of it was used is left there for `npm run unused`. To be called where hooks may be registered, before the suite's own.
 */
export function judging(): Judging {
  const judges: Watched[] = [];
  const folder = process.env.WEFT_USAGE_DIR;
  const suite = relative(join(import.meta.dirname, '../..'), expect.getState().testPath ?? '');
  afterAll(async () => {
    const denials = (await Promise.all(judges.map(({ judge }) => judge.denials()))).flat();
    if (folder !== undefined) leave(folder, suite, permits());
    expect(judges.reduce((sum, { judge }) => sum + judge.judged, 0)).toBeGreaterThan(0);
    expect(statementsToAdd(denials)).toEqual([]);
  });
  const permits = () => united(judges.flatMap(({ judge, cloud, permits }) => permits ?? granted(cloud, judge.uses)));
  return {
    watch(cloud) {
      const judge = new Judge(cloud);
      cloud.observe(judge);
      const seen: Watched = { judge, cloud, permits: undefined };
      judges.push(seen);
      if (folder === undefined) return;
      // What a suite closes itself says what it granted while it can.
      const close = cloud.close.bind(cloud);
      cloud.close = () => {
        seen.permits ??= granted(cloud, judge.uses);
        return close();
      };
    },
    async unjudged(work) {
      for (const { judge } of judges) judge.watching = false;
      try {
        return await work();
      } finally {
        for (const { judge } of judges) judge.watching = true;
      }
    },
  };
}

/** One file for each run of a suite's file: a suite may be judged in several parts. */
function leave(folder: string, suite: string, permits: readonly Granted[]): void {
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ suite, permits });
  const name = `${suite.replaceAll(/[^\w]+/g, '-')}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.json`;
  writeFileSync(join(folder, name), text);
}
