import { called } from '../bin/script.ts';
import openRunFolder from '../test/run-folder.ts';
import type { BenchResult } from './result.ts';

interface Bench {
  run(): Promise<readonly BenchResult[]>;
}

/** The benches by name. */
const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  start: () => import('./start.ts'),
  bundles: () => import('./bundles.ts'),
  contract: () => import('./contract.ts'),
  plan: () => import('./plan.ts'),
  grants: () => import('./grants-model.ts'),
  subscription: () => import('./subscription-cost.ts'),
  policy: () => import('./policy.ts'),
  audit: () => import('./audit.ts'),
  pace: () => import('./pace.ts'),
  mass: () => import('./mass-change.ts'),
  noisy: () => import('./noisy.ts'),
  time: () => import('./access-in-time.ts'),
  query: () => import('./query.ts'),
  calls: () => import('./calls.ts'),
  breaker: () => import('./breaker.ts'),
  registry: () => import('./registry-size.ts'),
  growth: () => import('./growth.ts'),
  relay: () => import('./relay.ts'),
  register: () => import('./register.ts'),
  memory: () => import('./memory.ts'),
  synth: () => import('./synth.ts'),
  domain: () => import('./domain-new.ts'),
};

/** Names are in one column, those that are longer push theirs aside. */
const WIDEST = 96;

const { values, names } = called({
  usage: 'npm run bench -- [<bench>…] [--json]',
  does: 'Measures on this machine, all unless some are named; fails when one is not what is wanted of it.',
  options: { json: { what: 'one line of JSON for programs', flag: true } },
  names: { of: 'bench', known: Object.keys(BENCHES) },
});
const { json } = values;
openRunFolder();
/** Progress is told on stderr: the figures alone are the output. */
const told = (from: number, what: string) => {
  if (!json) console.error(`${what} ${((performance.now() - from) / 1000).toFixed(1)} s`);
};
type Line = BenchResult & { readonly bench: string };

/** The lines of one bench; one that cannot be measured is a line too, so that it keeps none of the others from being measured. */
async function measured(bench: string, load: () => Promise<Bench>): Promise<Line[]> {
  try {
    return (await (await load()).run()).map((result) => ({ bench, ...result }));
  } catch (error) {
    console.error(error);
    return [{ bench, name: 'could not be measured', value: Number.NaN, unit: '', target: '', ok: false }];
  }
}

function lineOf({ bench, name, value, unit, target, ok }: Line): string {
  const verdict = ok === undefined ? '' : ok ? 'met' : 'MISSED';
  return `${bench.padEnd(12)} ${name.padEnd(WIDEST)} ${String(value).padStart(10)} ${unit.padEnd(8)} ${(target ?? '').padEnd(10)} ${verdict}`.trimEnd();
}

const lines: Line[] = [];
for (const [bench, load] of Object.entries(BENCHES)) {
  if (names.length > 0 && !names.includes(bench)) continue;
  if (!json) console.error(`measuring ${bench} …`);
  const started = performance.now();
  const own = await measured(bench, load);
  lines.push(...own);
  told(started, `measured ${bench} in`);
  if (!json) for (const line of own) console.log(lineOf(line));
}
told(0, 'measured all in');
if (json) console.log(JSON.stringify(lines));
process.exitCode = lines.some(({ ok }) => ok === false) ? 1 : 0;
