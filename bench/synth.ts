import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { madeByStacks } from './quota-model.ts';
import { atMost, type BenchResult, figure } from './result.ts';
import { governanceCounts, LIMITS, type Limit, type Usage, usageOf } from './template-size.ts';

interface Synthesized {
  /** Of a processor, so that what else this machine does changes them little; the bundler's, in a process beside, are not among them. */
  readonly seconds: number;
  readonly megabytes: number;
  readonly usage: Usage;
  readonly governance: { readonly rules: number; readonly roles: number };
  /** Why there are no templates: the stacks refuse that many domains. */
  readonly refused?: string;
}

/** Synthesizes a mesh of that many domains in a process of its own. */
function synth(domains: number, apart = false): Synthesized {
  const folder = mkdtempSync(join(tmpdir(), 'weft-synth-'));
  const words = ['bench/synth-domains.ts', String(domains), folder, ...(apart ? ['apart'] : [])];
  const ran = spawnSync(process.execPath, words, { encoding: 'utf8', maxBuffer: 1e9 });
  const [kilobytes = Number.NaN, seconds = Number.NaN] = ran.stdout.split(' ').map(Number);
  const refused = ran.status === 0 ? undefined : (/WEFT-[A-Z]+-\d+/.exec(ran.stderr)?.[0] ?? ran.stderr.slice(-500));
  const usage: Usage = ran.status === 0 ? usageOf(folder) : new Map();
  const governance = ran.status === 0 ? governanceCounts(folder) : { rules: 0, roles: 0 };
  rmSync(folder, { recursive: true, force: true });
  return {
    seconds,
    megabytes: kilobytes / 1024,
    usage,
    governance,
    ...(refused === undefined ? {} : { refused }),
  };
}

const SIZES = [5, 50, 200];
/** More would have to share an organization: the bus has room for the statements of so many. */
const MOST_APART = 30;

function limits(label: string, usage: Usage): BenchResult[] {
  return [...usage].map(([limit, { used }]) => {
    const { of, limit: most, unit } = LIMITS[limit as Limit];
    return atMost(`${label}: the biggest of ${of}`, used, most, unit);
  });
}

/** The page on scale counts on it. */
function asModelled(domains: number, { rules, roles }: Synthesized['governance']): BenchResult[] {
  const model = madeByStacks(domains);
  return [
    atMost(`${domains} domains: rules on the bus of the mesh against the model`, rules / model.rules, 1, '×'),
    atMost(`${domains} domains: roles of the governance account against the model`, roles / model.roles, 1, '×'),
  ];
}

function perDomain(from: Synthesized & { domains: number }, to: Synthesized & { domains: number }): number {
  return (to.seconds - from.seconds) / (to.domains - from.domains);
}

export async function run(): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  const made = SIZES.map((domains) => ({ domains, ...synth(domains) }));
  for (const { domains, seconds, megabytes, refused } of made) {
    if (refused !== undefined) throw new Error(`${domains} domains: ${refused}`);
    results.push(
      figure(`synthesize ${domains} domains: time of a processor`, seconds, 's'),
      figure(`synthesize ${domains} domains: peak memory`, megabytes, 'MB'),
    );
  }
  const [few, some, many] = made;
  if (few !== undefined && some !== undefined && many !== undefined) {
    results.push(
      figure(
        `a domain among ${many.domains} against one among ${few.domains}: time`,
        many.seconds / many.domains / (few.seconds / few.domains),
        '×',
      ),
      // What is bundled once would hide growth in the figure above.
      atMost(
        `a further domain beyond ${some.domains} against one beyond ${few.domains}: time`,
        perDomain(some, many) / perDomain(few, some),
        1.5,
        '×',
      ),
      ...limits(`${many.domains} domains of an organization`, many.usage),
      ...asModelled(many.domains, many.governance),
    );
  }
  const apart = synth(MOST_APART, true);
  if (apart.refused !== undefined) throw new Error(`${MOST_APART} domains apart: ${apart.refused}`);
  const policy = apart.usage.get('bucketPolicy')?.used ?? 0;
  const modelled = madeByStacks(MOST_APART).trailPolicy;
  results.push(atMost("the trail's bucket policy against the model of docs/scale.md", policy / modelled, 1.05, '×'));
  return [...results, ...limits(`${MOST_APART} domains without an organization`, apart.usage)];
}
