import type { Cloud } from '#local/core/cloud.ts';
import { bringUp, type MeshUp } from '../local-mesh.ts';
import { readMeshAuditRules, readMeshFile, readMeshPolicies } from '../mesh-file.ts';
import type { Step, StepResult } from './step.ts';
import { STORYLINE } from './storyline.ts';
import { World } from './world.ts';

/** A step as it went; times in milliseconds. */
export interface Played {
  readonly step: Pick<Step, 'id' | 'title'>;
  readonly ms: number;
  readonly result?: StepResult;
  readonly error?: Error;
}

/** What `.weft/demo.json` holds. */
export interface DemoReport {
  readonly ok: boolean;
  readonly steps: readonly {
    readonly id: string;
    readonly ok: boolean;
    readonly ms: number;
    readonly facts?: unknown;
    readonly error?: string;
  }[];
  /** AWS requests that the Lambdas sent for one table registered, shared with one consumer (both accounts), revoked. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Milliseconds from the accepted command to Ready, by product. */
  readonly registerMs: Readonly<Record<string, number>>;
  readonly ms: number;
  /** Of this process, in bytes. */
  readonly peakMemory: number;
}

export interface PlayOptions {
  readonly folder: string;
  readonly port: number;
  readonly say: (text: string) => void;
  readonly onStep: (played: Played) => void;
  /** Gets the cloud before the first step: a test's observer, say. */
  readonly onCloud?: (cloud: Cloud) => void;
}

/** Brings the aviation mesh up in an empty folder and plays the storyline to its end, or to the first step that fails. */
export async function play(options: PlayOptions): Promise<DemoReport> {
  const started = performance.now();
  const up = await bringUp({
    topology: readMeshFile(undefined, '/'),
    policies: readMeshPolicies(undefined, '/'),
    auditRules: readMeshAuditRules(undefined, '/'),
    folder: options.folder,
    port: options.port,
    onStage: (stage) => {
      if (stage.kind === 'synthesized') options.say(`synthesized in ${Math.round(stage.ms)} ms`);
      if (stage.kind === 'deploying' && stage.event.kind === 'stack-finished') {
        options.say(`${stage.event.stack} ${stage.event.result.outcome} in ${Math.round(stage.event.result.ms)} ms`);
      }
    },
  });
  try {
    if (up.undeployed !== undefined) throw up.undeployed;
    options.onCloud?.(up.instance.cloud);
    return await playOn(up, options, started);
  } finally {
    await up.instance.close();
  }
}

async function playOn(up: MeshUp, options: PlayOptions, started: number): Promise<DemoReport> {
  const world = new World(up.instance, up.local);
  const played: Played[] = [];
  for (const step of STORYLINE) {
    const entry = await playStep(step, world);
    played.push(entry);
    options.onStep(entry);
    if (entry.error !== undefined) break;
  }
  return {
    ok: played.length === STORYLINE.length && played.every((entry) => entry.error === undefined),
    steps: played.map(({ step, ms, result, error }) => ({
      id: step.id,
      ok: error === undefined,
      ms: Math.round(ms),
      facts: result?.facts,
      error: error?.message,
    })),
    calls: Object.fromEntries(world.notes.calls),
    registerMs: Object.fromEntries(world.notes.registerMs),
    ms: Math.round(performance.now() - started),
    peakMemory: process.resourceUsage().maxRSS * 1024,
  };
}

async function playStep(step: Step, world: World): Promise<Played> {
  const started = performance.now();
  try {
    const result = await step.run(world);
    return { step, ms: performance.now() - started, result };
  } catch (error) {
    return { step, ms: performance.now() - started, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
