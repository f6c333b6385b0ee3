import { describe, expect, test } from '@jest/globals';
import { answerShare, latestIntents } from '#control/answer-share.ts';
import { type MeshEvent, meshEvent } from '#mesh/event/envelope.ts';
import type { ShareIntent } from '#mesh/subscription/subscription.ts';
import { createWorld, DATABASE, GOVERNANCE } from './world.ts';

const target = { catalogId: GOVERNANCE, database: DATABASE, tables: [] };
const common = { domain: 'sales', product: 'orders', major: 1, consumer: 'finance', correlation: 'c' };

function asking(generation: number): MeshEvent {
  const { correlation: _, ...about } = common;
  const intent: ShareIntent = { ...about, account: '333333333333', linkName: DATABASE, target, grants: [] };
  const data = { ...common, intent, generation };
  return meshEvent('ShareRequested', { id: `s-${generation}`, time: 'now', data, audience: ['finance'] });
}

describe('an agent', () => {
  test.each([[[1, 2, 3]], [[3, 2, 1]], [[2, 3, 1]]])('takes of the intents %j up the newest one', (generations) => {
    const taken = latestIntents(generations.map(asking), (event) => event);
    expect(taken.map(({ work }) => work.data.generation)).toEqual([3]);
    expect(taken[0]?.records).toHaveLength(3);
  });

  test.each(['failed', 'unclear'] as const)('fails when its bus does not take its report: %s', async (how) => {
    const world = await createWorld();
    const refused = { entry: {}, symptom: { name: 'InternalFailure', message: 'try again' } };
    const bus = { put: async () => ({ done: [], failed: [], unclear: [], [how]: [refused] }) };
    const deps = { ...world.agentOf('finance'), domain: 'finance', bus: bus as never };
    await expect(answerShare(asking(1), deps)).rejects.toThrow('the report was not taken');
  });
});
