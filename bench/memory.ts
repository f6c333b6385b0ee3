import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { atMost, type BenchResult } from './result.ts';

/** More than that share of what a function is given leaves too little for an event bigger than usual. */
const MOST = 0.7;

interface MeasuredFunction {
  readonly entry: string;
  readonly description: string;
  readonly megabytes: number;
  readonly variables: Readonly<Record<string, string>>;
}

interface FunctionTemplate {
  readonly Type: string;
  readonly Properties?: {
    readonly Description?: string;
    readonly MemorySize?: number;
    readonly Code?: { readonly S3Key?: string };
    readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
  };
}

/** Stands for what only a deployment knows. */
const SOMETHING = 'https://sqs.us-east-1.amazonaws.com/111111111111/something.fifo';

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const parts = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  return parts === undefined ? SOMETHING : parts[1].map(textOf).join(parts[0]);
}

/** The Node functions of a mesh of one domain by their code: what they are for, and the least memory that a stack gives them. */
function functionsIn(folder: string): MeasuredFunction[] {
  const found = new Map<string, MeasuredFunction>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.template.json')) continue;
    const { Resources } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      Resources: Record<string, FunctionTemplate>;
    };
    for (const { Type, Properties = {} } of Object.values(Resources)) {
      if (Type !== 'AWS::Lambda::Function') continue;
      const name = `asset.${String(Properties.Code?.S3Key).replace(/\.zip$/, '')}`;
      const entry = join(folder, name, 'index.mjs');
      const { Description: description = name, MemorySize: megabytes = 128 } = Properties;
      if (!existsSync(entry) || (found.get(name)?.megabytes ?? megabytes + 1) <= megabytes) continue;
      const variables = Object.fromEntries(
        Object.entries(Properties.Environment?.Variables ?? {}).map(([key, value]) => [key, textOf(value)]),
      );
      found.set(name, { entry, description, megabytes, variables });
    }
  }
  return [...found.values()];
}

/** In a process of its own: loads the code, gives it an event of a hundred records that nobody can read, and says what is left in memory, in MB. */
function residentAfter({ entry, variables }: MeasuredFunction): number {
  const script = `
    import { existsSync, readFileSync, writeSync } from 'node:fs';
    const { handler } = await import(${JSON.stringify(pathToFileURL(entry).href)});
    const body = JSON.stringify({ detail: {}, text: 'x'.repeat(2000) });
    const Records = Array.from({ length: 100 }, (_, index) => ({ messageId: String(index), body, attributes: {}, dynamodb: {} }));
    const context = { awsRequestId: 'bench', functionName: 'bench', memoryLimitInMB: '512', getRemainingTimeInMillis: () => 1000 };
    await Promise.race([Promise.resolve().then(() => handler({ Records }, context)).catch(() => undefined), new Promise((done) => setTimeout(done, 1500))]);
    // On Linux a process takes over the maxRSS of whoever started it, which here has measured much: its own peak stands in proc(5).
    const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
    writeSync(3, /^VmHWM:\\s+(\\d+)/m.exec(status)?.[1] ?? String(process.resourceUsage().maxRSS));
    process.exit(0);`;
  // On a way of its own: what the handler logs may fill the others up.
  const { output, status, signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: {
      ...process.env,
      ...variables,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
    },
    encoding: 'utf8',
    maxBuffer: 1e9,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const [, , said, kilobytes] = output;
  if (!kilobytes) throw new Error(`${entry} ended with ${status ?? signal}: ${said?.slice(-500)}`);
  return Number(kilobytes) / 1024;
}

/** What each Lambda has used at most, the runtime of Node included, against what the templates give it. */
export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-memory-'));
  try {
    execFileSync(process.execPath, ['bench/synth-domains.ts', '1', folder], { stdio: 'pipe' });
    return functionsIn(folder)
      .toSorted((a, b) => (a.description < b.description ? -1 : 1))
      .map((one) => {
        const name = `${one.description.replaceAll('domain-0', 'a domain')}: used of ${one.megabytes} MB`;
        return atMost(name, residentAfter(one) / one.megabytes, MOST, '');
      });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
