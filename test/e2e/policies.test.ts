import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiCall, callApi } from '#cli/api.ts';
import { query } from '#cli/athena.ts';
import { type Connection, localKeys } from '#cli/connection.ts';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { AIRPORTS } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { principalArn } from '#cli/principal.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct } from '#cli/wait.ts';
import { BUILT_IN_POLICIES } from '#constructs/policy-folder.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { Application } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';

const PRODUCT = 'airport-reference/airports';
const POLICY = (mode: string) => `
@id("subscribe.no-marketing")
@message("the data of this mesh is not for marketing")
@standard("ACME:2026/7.1")
${mode}forbid (principal, action == Weft::Action::"subscribe", resource)
when { context.purpose == Weft::Purpose::"marketing" };

@id("subscribe.no-curiosity")
@message("curiosity is no purpose")
@mode("report")
forbid (principal, action == Weft::Action::"subscribe", resource)
when { context.purpose == Weft::Purpose::"curiosity" };
`;

describe('policies, on the deployed templates', () => {
  let folder: string;
  const permits = judging();
  let world: World;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-policies-'));
    const mesh = readMeshFile(undefined, '/');
    const analytics = mesh.domains.find(({ name }) => name === 'analytics')?.account;
    const application = (name: string, state: Application['state']) => ({
      name,
      role: `arn:aws:iam::${analytics}:role/${name}`,
      state,
    });
    const applications = [application('route-planner', 'approved'), application('fare-scraper', 'suspended')];
    const topology: Topology = { ...mesh, applications };
    const { instance, local } = await bringUp({ topology, folder: join(folder, '.weft'), port: 0 });
    world = new World(instance, local);
    permits.watch(world.instance.cloud);
    const source = sourceOf('airports');
    await enrol(world, source);
    const producer = await world.as(`${source.domain}/producer`);
    const body = publishBody(readProductFolder(source.folder, source.folder));
    const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
    await waitForProduct(producer, product);
  }, 120_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const weft = (...words: string[]) => runWeft(words, { cwd: folder, columns: 400 });
  const done = async (...words: string[]) => {
    const { exit, out, err } = await weft(...words);
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out + err;
  };
  const refused = async (...words: string[]) => {
    const { exit, err } = await weft(...words);
    expect({ words, exit }).toEqual({ words, exit: 1 });
    return err;
  };
  const write = (mode: string) => {
    cpSync(join(BUILT_IN_POLICIES, 'global'), join(folder, 'policies', 'global'), { recursive: true });
    mkdirSync(join(folder, 'policies', 'global'), { recursive: true });
    writeFileSync(join(folder, 'policies', 'global', 'own.cedar'), POLICY(mode));
  };
  const ask = ['subscription', 'request', PRODUCT, '--purpose', 'marketing', '--as', 'analytics/analyst'];

  test('a change of the policies counts when the domains have agreed, not before', async () => {
    expect(await done('policy', 'list', '--as', 'analytics/analyst')).toMatch(/^global@[0-9a-f]{12} +in-force/m);
    expect(await done('policy', 'show', 'global', '--as', 'analytics/analyst')).toMatch(
      /subscribe\.ask-owner +ask owner/,
    );
    write('');
    const platform = ['--as', 'governance/platform'];
    expect(await done('policy', 'propose', 'global', '--reason', 'the council wants it', ...platform)).toMatch(
      /proposed, 0 of 3 needed/,
    );
    expect(await refused('policy', 'approve', 'global', ...platform)).toMatch(/WEFT-AUTH-002|not authorized/);
    for (const domain of ['flight-operations', 'analytics'])
      await done('policy', 'approve', 'global', '--as', `${domain}/steward`);
    await done('policy', 'approve', 'global', '--as', 'analytics/steward');
    expect(await done('policy', 'list', '--as', 'analytics/analyst')).toMatch(/proposed, 2 of 3 needed/);
    expect(await done(...ask)).toMatch(/active|granted/);

    const proposal = /global@([0-9a-f]{12}) +proposed/.exec(await done('policy', 'list', ...platform))?.[1] ?? '';
    expect(await done('policy', 'show', `global@${proposal}`, ...platform)).toMatch(
      /\+ global\/subscribe\.no-marketing \(forbid, enforced\)/,
    );
    const impact = (...words: string[]) => weft('policy', 'impact', ...words, '--detailed-exitcode', ...platform);
    expect(await impact('global')).toMatchObject({
      exit: 2,
      out: expect.stringMatching(
        /airports\.v1\.analytics\.\w+ +subscribe +allow +deny +enforced +global\/subscribe\.no-marketing/,
      ),
    });
    expect(await impact('global', '--policies', 'policies')).toMatchObject({ exit: 2 });
    expect(await done('policy', 'coverage')).toMatch(/ACME:2026 +7\.1 +global\/subscribe\.no-marketing +enforced +0/);
    expect(await done('policy', 'approve', `global@${proposal}`, '--as', 'wildlife-safety/steward')).toMatch(
      /in-force/,
    );
    expect(await refused(...ask.slice(0, 4), 'marketing', '--tables', 'airports', '--as', 'analytics/analyst')).toMatch(
      /not for marketing \(global\/subscribe\.no-marketing\).*WEFT-POLICY-002/s,
    );

    await done('subscription', 'request', PRODUCT, '--purpose', 'curiosity', '--as', 'analytics/analyst');
    expect(await impact()).toMatchObject({
      exit: 2,
      out: expect.stringMatching(/subscribe +allow +deny +report +global\/subscribe\.no-curiosity/),
    });
    const live = done('audit', 'list', '--follow', '--every', '1', '--for', '5', '--as', 'governance/auditor');
    const refusedWhile = [...ask.slice(0, 4), 'marketing', '--major', '1', '--as', 'analytics/analyst'];
    await refused(...refusedWhile);
    await world.settle();
    expect(await live).toMatch(/PolicyInForce[\s\S]*CommandRefused/);
    const trail = await done('audit', 'list', '--limit', '500', '--as', 'governance/auditor', '--json');
    for (const word of ['PolicyProposed', 'PolicyApproved', 'PolicyInForce', 'the council wants it', 'CommandRefused'])
      expect(trail).toContain(word);
    expect(await done('policy', 'impact', '--recorded', '--as', 'governance/auditor')).toMatch(
      /SubscriptionApproved +airport-reference\.airports\.\S+ +deny +global\/subscribe\.no-curiosity/,
    );
  }, 60_000);

  test('the same person is denied through an application that is not approved, at the API and at the data', async () => {
    const { topology, endpoint, region, apiUrl } = world.local;
    await done('subscription', 'request', PRODUCT, '--purpose', 'to count', '--as', 'analytics/analyst');
    const analyst = principalArn('analytics/analyst', topology);
    const account = analyst.split(':')[4] ?? '';
    const clientOf = async (arn: string) => ({ region, endpoint, credentials: await localKeys(endpoint, arn, 'sam') });
    const iam = new IAMClient(await clientOf(`arn:aws:iam::${account}:root`));
    const trust = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' };
    await iam.send(new CreateRoleCommand({ RoleName: 'people', AssumeRolePolicyDocument: policyOf(trust) }));
    const may = { Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: analyst };
    await iam.send(new PutRolePolicyCommand({ RoleName: 'people', PolicyName: 'may', PolicyDocument: policyOf(may) }));
    const sts = new STSClient(await clientOf(`arn:aws:iam::${account}:role/people`));
    const as = async (application?: string, key = 'application'): Promise<Connection> => {
      const Tags = application === undefined ? undefined : [{ Key: key, Value: application }];
      const { Credentials: keys } = await sts.send(
        new AssumeRoleCommand({ RoleArn: analyst, RoleSessionName: 'sam', Tags }),
      );
      const credentials = {
        accessKeyId: keys?.AccessKeyId ?? '',
        secretAccessKey: keys?.SecretAccessKey ?? '',
        sessionToken: keys?.SessionToken,
      };
      const client = { region, endpoint, credentials };
      const api = <T>(call: ApiCall) => callApi<T>({ apiUrl, region, credentials }, call);
      return { region, topology, account, principal: analyst, client, api };
    };
    const outcome = async (work: Promise<unknown>) =>
      work.then(
        () => 'allowed',
        (error: Error) => (/not authorized|AccessDenied|denied/i.test(error.message) ? 'denied' : error.message),
      );
    const tried = async (application?: string) => {
      const connection = await as(application);
      return [
        await outcome(connection.api({ method: 'GET', path: '/products' })),
        await outcome(query(connection, `SELECT count(*) FROM ${AIRPORTS}`, { limit: 10 })),
      ];
    };
    expect(await tried()).toEqual(['allowed', 'allowed']);
    expect(await tried('route-planner')).toEqual(['allowed', 'allowed']);
    expect(await tried('fare-scraper')).toEqual(['denied', 'denied']);
    expect(await tried('never-heard-of')).toEqual(['denied', 'denied']);
    expect(await permits.unjudged(() => outcome(as('route-planner', 'department')))).toBe('denied');

    const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
    const forApplication = (name: string) => [
      'subscription',
      'request',
      PRODUCT,
      '--purpose',
      'routes',
      '--principals',
      role(name),
      '--as',
      'analytics/analyst',
    ];
    expect(await refused(...forApplication('fare-scraper'))).toMatch(/access\.application.*WEFT-POLICY-002/s);
    expect(await done(...forApplication('route-planner'), '--no-wait')).toMatch(/approved|granted/);
  }, 60_000);
});

function policyOf(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
