import { rmSync } from 'node:fs';
import { ROUTES as API } from '#lambdas/api/routes.ts';
import { ROUTES as PUBLISH } from '#lambdas/publish/routes.ts';
import { errorResult, statusOf } from '#lambdas/shared/answer.ts';
import { WeftError } from '#mesh/error.ts';
import { callerAs, createWorld, type World } from '../../control/world.ts';
import { type Bench, oneByOne, type Target, type Verdict } from '../target.ts';
import { type ApiInput, someCalls } from './api-texts.ts';

const ROUTES = { ...API, ...PUBLISH };
const NAMES = Object.keys(ROUTES).sort();
const SECRET = 'CANARY-of-the-environment';
/** API Gateway passes on no more from a Lambda. */
const LARGEST = 6_000_000;

/** Calls of the mesh's API. */
export const target: Target = {
  name: 'api',
  what: 'every call gets an answer below 500 with a code of ours, changes no prototype and tells no secret, and what it leaves in the registry can be read, listed and reconciled',
  suffix: 'json',
  limit: 3_000,
  make: (chance) => someCalls(chance, NAMES),
  open,
};

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Inputs that one mesh takes before another begins; what the registry then holds is looked at. */
const LIFE = 15;

async function open(): Promise<Bench> {
  process.env.AWS_SECRET_ACCESS_KEY = SECRET;
  let world: World | undefined;
  let age = 0;
  const close = async () => {
    await world?.cloud.close();
    if (world !== undefined) rmSync(world.cloud.folder, { recursive: true, force: true });
    world = undefined;
    age = 0;
  };
  return oneByOne(async (input) => {
    const calls = read(input);
    if (calls === undefined) return 'refused';
    world ??= await createWorld();
    age += 1;
    const verdict = await judge(calls, world, age === 1 || age === LIFE);
    if (age >= LIFE || typeof verdict === 'object') await close();
    return verdict;
  }, close);
}

async function judge(calls: readonly ApiInput[], world: World, look: boolean): Promise<Verdict> {
  const ids: string[] = [];
  let next = '';
  let accepted = false;
  for (const call of calls) {
    const { answer, wrong } = await send(world, call, ids, next);
    if (wrong !== undefined) return { wrong: `${call.route}: ${wrong}` };
    ids.push(...[...answer.text.matchAll(/"id":"([^"]+)"/g)].map((match) => match[1] ?? '').slice(0, 3));
    next = /"next":"([\w-]+)"/.exec(answer.text)?.[1] ?? next;
    accepted = answer.status < 300;
  }
  const left = look ? await whatIsLeft(world) : undefined;
  if (left !== undefined) return { wrong: left };
  return accepted ? 'accepted' : 'refused';
}

function read(input: string): readonly ApiInput[] | undefined {
  try {
    const calls = JSON.parse(input) as ApiInput[];
    const sound = ({ as, route, path, query, body }: ApiInput) =>
      typeof as === 'string' &&
      Object.hasOwn(ROUTES, route) &&
      typeof path === 'object' &&
      typeof query === 'object' &&
      (body === null || typeof body === 'string');
    return calls.every(sound) ? calls : undefined;
  } catch {
    return undefined;
  }
}

/** As the handler behind API Gateway does it. */
async function send(world: World, { as, route, path, query, body }: ApiInput, ids: readonly string[], next = '') {
  const filled = Object.fromEntries(
    Object.entries(path).map(([name, value]) => [
      name,
      value.replace(/^\$(\d)$/, (whole, at: string) => ids[Number(at)] ?? whole),
    ]),
  );
  const asked = Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, value === '$next' ? next : value]),
  );
  let answer: Answer;
  try {
    const { status, body: said } = await (ROUTES[route] as NonNullable<(typeof ROUTES)[string]>)(
      { path: filled, query: asked, body },
      { caller: callerAs(as), correlation: 'c-1' },
      world.governance,
    );
    answer = { status, text: JSON.stringify(said) };
  } catch (error) {
    const result = errorResult(error, 'r-1');
    answer = { status: result.statusCode, text: result.body };
    if (statusOf(error) >= 500)
      return { answer, wrong: `500: ${error instanceof Error ? error.stack : String(error)}` };
    const { error: told } = JSON.parse(result.body) as { error: { code?: string; message?: string } };
    if (!/^WEFT-[A-Z]+-\d{3}$/.test(told.code ?? '') || !told.message)
      return { answer, wrong: `no code: ${result.body.slice(0, 300)}` };
    if (error instanceof WeftError && answer.text.length > 20_000 + 2 * (body?.length ?? 0))
      return { answer, wrong: `large: a refusal has ${answer.text.length} characters` };
  }
  if (answer.text.length > LARGEST) return { answer, wrong: `large: an answer has ${answer.text.length} characters` };
  if (answer.text.includes(SECRET)) return { answer, wrong: 'secret: the environment is told' };
  if (Object.keys(Object.prototype).length > 0 || 'polluted' in {})
    return { answer, wrong: 'pollution: every object has a new member' };
  return { answer };
}

/** What is in the registry has to be of use to all others. */
async function whatIsLeft(world: World): Promise<string | undefined> {
  for (const [as, route, path] of [
    ['governance/platform', 'GET /mesh', {}],
    ['governance/platform', 'GET /products', {}],
    ['sales/steward', 'GET /subscriptions', {}],
    ['governance/auditor', 'GET /alerts', {}],
    ['governance/auditor', 'GET /entitlements', {}],
    ['governance/platform', 'GET /policies', {}],
    ['governance/platform', 'GET /domains/{domain}', { domain: 'sales' }],
  ] as const) {
    const { answer, wrong } = await send(world, { as, route, path, query: {}, body: null }, []);
    if (wrong !== undefined || (answer.status >= 300 && answer.status !== 403))
      return `left: ${route} answers ${answer.status} ${wrong ?? answer.text.slice(0, 300)}`;
  }
  if ((await world.registry.version({ domain: 'sales', name: 'orders', major: 1 })) !== undefined) await world.settle();
  return undefined;
}
