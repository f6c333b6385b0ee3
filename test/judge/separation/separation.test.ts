import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { IamService } from '#local/services/iam/service.ts';
import { openTestMesh, type TestMesh } from '../../local/mesh.ts';
import { auditApart } from '../../stacks/audit-apart.ts';
import { aviation } from '../../stacks/aviation.ts';
import { type Attempt, succeeds } from './attempt.ts';
import { alterations, grants } from './attempts.ts';
import { administrator, type Installed, installedIn, type Principal, rolesOf } from './installed.ts';

/** Somebody who may do something after all; `*` is a wildcard in each. */
interface Pair {
  readonly who: string;
  readonly action: string;
  readonly on: string;
  readonly why: string;
}

const DECLARED = parse(readFileSync(new URL('separation.yaml', import.meta.url), 'utf8')) as Readonly<
  Record<'altering' | 'altering-together' | 'granting' | 'granting-together', readonly Pair[]>
>;

const pattern = (text: string) =>
  new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );

const covers = (pair: Pair, who: string, { action, arn }: Attempt) =>
  pattern(pair.who).test(who) && pattern(pair.action).test(action) && pattern(pair.on).test(arn);

/** What was found to be allowed and is not declared, and what is declared and not found although what it is on is there. */
async function compare(
  principals: readonly Principal[],
  attempts: readonly Attempt[],
  declared: readonly Pair[],
  mesh: TestMesh,
): Promise<{ undeclared: string[]; unmet: string[] }> {
  const undeclared: string[] = [];
  const met = new Set<Pair>();
  for (const principal of principals) {
    for (const attempt of attempts) {
      if (!(await succeeds(principal, attempt, mesh.topology))) continue;
      const pairs = declared.filter((pair) => covers(pair, principal.name, attempt));
      for (const pair of pairs) met.add(pair);
      if (pairs.length === 0) undeclared.push(`${principal.name}: ${attempt.action} on ${attempt.arn}`);
    }
  }
  const isThere = (pair: Pair) =>
    attempts.some(({ action, arn }) => pattern(pair.action).test(action) && pattern(pair.on).test(arn));
  const unmet = declared
    .filter((pair) => !met.has(pair) && isThere(pair))
    .map(({ who, action, on }) => `${who}: ${action} on ${on}`);
  return { undeclared, unmet };
}

const few = (topology: ReturnType<typeof aviation>) => ({
  ...topology,
  domains: topology.domains.filter(({ name }) => ['flight-operations', 'analytics'].includes(name)),
});

describe.each([
  ['an audit account apart', few(auditApart()), ''],
  ['the trail in the governance account', few(aviation()), '-together'],
] as const)('separation of duties, with %s', (_what, topology, suffix) => {
  const apart = suffix === '';
  const { governanceAccount, auditAccount, domains } = topology;
  const accounts = [...new Set([governanceAccount, auditAccount, ...domains.map(({ account }) => account)])];
  let mesh: TestMesh;
  let resources: readonly Installed[];
  let roles: readonly Principal[];

  beforeAll(async () => {
    mesh = await openTestMesh({ topology });
    const { cloud } = mesh.instance;
    resources = installedIn(cloud.store);
    roles = rolesOf(cloud.store, cloud.service(IamService), accounts);
  }, 180_000);

  afterAll(() => mesh?.close());

  /** What the trail is: everything of an account apart; else the stacks of the trail, of its witness and of CloudTrail, and its key. */
  const trail = () =>
    resources.filter(({ account, stack, type, policy }) =>
      apart
        ? account === auditAccount
        : ['audit', 'witness', 'organization-trail'].some((name) => stack === `${topology.mesh}-${name}`) ||
          (type === 'AWS::KMS::Key' && JSON.stringify(policy).includes('cloudtrail')),
    );

  test('there is something to be separated', () => {
    const types = new Set(trail().map(({ type }) => type));
    for (const type of [
      'AWS::S3::Bucket',
      'AWS::KMS::Key',
      'AWS::Glue::Table',
      'AWS::Lambda::Function',
      'AWS::CloudTrail::Trail',
    ])
      expect(types).toContain(type);
    expect(roles.length).toBeGreaterThan(20);
  });

  test('nobody can alter the trail but by what is declared, administrators of the governance account included', async () => {
    // In one account an administrator can do everything but what the lock keeps: that is why there can be another.
    const admins = apart
      ? [governanceAccount, ...domains.map(({ account }) => account)].map((account) =>
          administrator(account, `admin-${account}`),
        )
      : [];
    const { undeclared, unmet } = await compare(
      [...roles, ...admins],
      alterations(trail(), auditAccount),
      DECLARED[`altering${suffix}`],
      mesh,
    );
    expect({ undeclared, unmet }).toEqual({ undeclared: [], unmet: [] });
  }, 300_000);

  test('nobody who audits can give anything but by what is declared', async () => {
    const auditors = apart
      ? roles.filter(({ account }) => account === auditAccount)
      : roles.filter(({ name }) =>
          trail().some(({ type, arn }) => type === 'AWS::IAM::Role' && arn.endsWith(`/${name}`)),
        );
    expect(auditors.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['aviation-auditor', 'aviation-audit-rules']),
    );
    const { undeclared, unmet } = await compare(
      auditors,
      grants(resources, accounts),
      DECLARED[`granting${suffix}`],
      mesh,
    );
    expect({ undeclared, unmet }).toEqual({ undeclared: [], unmet: [] });
  }, 300_000);
});
