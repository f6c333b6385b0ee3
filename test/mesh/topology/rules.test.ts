import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseMesh } from '#mesh/topology/parse.ts';
import {
  applicationOf,
  approversOf,
  councilOf,
  driftModeOf,
  isPartner,
  majorityOf,
  recertifyDaysOf,
} from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';

const GOVERNED = readFileSync(new URL('../../cases/mesh-yaml/governed.yaml', import.meta.url), 'utf8');

function meshOf(text: string): Topology {
  const result = parseMesh(text);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result.value;
}

const governed = meshOf(GOVERNED);
const silent = meshOf(GOVERNED.replace(/ {2}council[\s\S]*?drift: ask\n/, ''));

describe('what mesh.yaml says of governing', () => {
  test('counts as it is written', () => {
    expect(councilOf(governed)).toEqual({ representatives: ['sales', 'finance'], quorum: 2 });
    expect(approversOf(governed, 'legal')).toHaveLength(3);
    expect(recertifyDaysOf(governed, 'confidential')).toBe(180);
    expect(driftModeOf(governed)).toBe('ask');
  });

  test('has defaults: every domain but partners, more than half, nobody, never, repair', () => {
    expect(silent.governance).toBeUndefined();
    expect(councilOf(silent)).toEqual({ representatives: ['sales', 'finance', 'research'], quorum: 2 });
    expect(approversOf(silent, 'legal')).toBeUndefined();
    expect(approversOf(governed, 'constructor')).toBeUndefined();
    expect(recertifyDaysOf(governed, 'public')).toBeUndefined();
    expect(driftModeOf(silent)).toBe('repair');
  });

  test('a council without a quorum needs more than half', () => {
    expect(councilOf(meshOf(GOVERNED.replace(', quorum: 2', '')))).toMatchObject({ quorum: 2 });
    expect([1, 2, 3, 4, 5].map(majorityOf)).toEqual([1, 2, 2, 3, 3]);
  });

  test('only who is external is a partner', () => {
    expect(governed.domains.filter(isPartner).map(({ name }) => name)).toEqual(['airline']);
  });

  test.each([
    ['its role', 'arn:aws:iam::222222222222:role/team/billing', 'billing'],
    ['a session of it, whose ARN has no path', 'arn:aws:sts::222222222222:assumed-role/billing/i-0123', 'billing'],
    ['a suspended one', 'arn:aws:sts::033333333333:assumed-role/forecasts/x', 'forecasts'],
    ['a role of that name in another account', 'arn:aws:sts::444444444444:assumed-role/billing/x', undefined],
    ['a session of that name of another role', 'arn:aws:sts::222222222222:assumed-role/other/billing', undefined],
    ['a person', 'arn:aws:sts::222222222222:assumed-role/toy-sales-analyst/sam', undefined],
    ['a user', 'arn:aws:iam::222222222222:user/billing', undefined],
  ])('knows an application by %s', (_what, arn, name) => {
    expect(applicationOf(governed, arn)?.name).toBe(name);
  });
});
