import { createHash } from 'node:crypto';
import { createActors } from './actors.ts';
import { FAULTS, NO_FAULTS } from './faults.ts';
import { Broken, Watch } from './invariants.ts';
import { createMesh } from './mesh.ts';
import { Random } from './random.ts';

/** After faults stop, that many sweeps bring everything to what is desired. */
const ROUNDS = 3;

export interface Simulated {
  readonly seed: number;
  readonly steps: number;
  /** A line a step: the same seed gives the same lines. */
  readonly trace: readonly string[];
  readonly digest: string;
  readonly faults: Readonly<Record<string, number>>;
  readonly broken?: { readonly invariant: string; readonly message: string; readonly step: number };
}

type Kind = 'act' | 'relay' | 'reconcile' | 'agent' | 'sync' | 'append' | 'sweep' | 'meddle' | 'wait';

/** How often each kind of step comes. */
const WEIGHTS: Readonly<Record<Kind, number>> = {
  act: 20,
  relay: 22,
  reconcile: 20,
  agent: 20,
  sync: 20,
  append: 12,
  sweep: 2,
  meddle: 1,
  wait: 3,
};
const KINDS = Object.entries(WEIGHTS).flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind as Kind));

/** Plays that many steps of the mesh's life under faults, then lets it settle; stops at the first invariant that does not hold. */
export async function simulate(seed: number, steps: number): Promise<Simulated> {
  const random = new Random(seed);
  const mesh = await createMesh(random);
  const actors = createActors(mesh, random);
  const watch = new Watch(mesh);
  const trace: string[] = [];
  const act = async (): Promise<string> => {
    const { command, correlation, outcome } = await actors.act();
    if (correlation !== '') watch.accepted(command, correlation);
    return `${command} ${outcome}`;
  };
  // Every second seed is without sweeps and without somebody who changes grants by hand, and is held to more: all comes right by itself.
  const kinds = seed % 2 === 0 ? KINDS : KINDS.filter((kind) => kind !== 'meddle' && kind !== 'sweep');
  let meddled = false;
  let step = 0;
  try {
    mesh.faults.rates = FAULTS;
    mesh.faults.interrupt = async () => {
      trace.push(`  between two calls: ${await act()}`);
    };
    for (; step < steps; step += 1) {
      const waits = mesh.waitingFor();
      const kind = random.pick(kinds.filter((one) => !(one in waits) || waits[one as keyof typeof waits] > 0));
      trace.push(`${step} ${kind} ${await one(kind)}`);
      await watch.step(meddled);
    }
    mesh.faults.rates = NO_FAULTS;
    mesh.faults.interrupt = undefined;
    await drain();
    const helpless = meddled || mesh.deadLetters() > 0;
    if (!helpless) {
      await watch.step(false);
      await watch.settled(false);
    }
    mesh.world.clock.advance(60 * 86_400_000);
    await sweeps();
    await watch.step(false);
    await watch.settled(true);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return outcome({ invariant: error.invariant, message: error.message, step });
  } finally {
    await mesh.world.cloud.close();
  }
  return outcome();

  async function one(kind: Kind): Promise<string> {
    switch (kind) {
      case 'act':
        return act();
      case 'meddle':
        meddled = true;
        return actors.meddle();
      case 'wait': {
        const minutes = random.pick([1, 5, 30, 600, 3_000]);
        // The stream keeps a day: nobody waits that long with a relay that stands.
        for (let tries = 0; minutes > 60 && mesh.unrelayed() > 0 && tries < 1_000; tries += 1) await mesh.moves.relay();
        mesh.world.clock.advance(minutes * 60_000);
        return `${minutes} min`;
      }
      default:
        return (await mesh.moves[kind]()) ? `${mesh.waiting()} waiting` : 'nothing';
    }
  }

  async function sweeps(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      await mesh.moves.sweep();
      await drain();
      mesh.world.clock.advance(15 * 60_000);
    }
  }

  async function drain(): Promise<void> {
    for (let move = 0; move < 10_000; move += 1) {
      const moved = [
        await mesh.moves.relay(),
        await mesh.moves.reconcile(),
        await mesh.moves.agent(),
        await mesh.moves.sync(),
        await mesh.moves.append(),
      ];
      if (!moved.includes(true) && mesh.unrelayed() === 0) return;
    }
    throw new Broken('settles', `${mesh.waiting()} messages still move after 10,000 rounds`);
  }

  function outcome(broken?: Simulated['broken']): Simulated {
    const digest = createHash('sha256').update(trace.join('\n')).digest('hex');
    return { seed, steps, trace, digest, faults: mesh.faults.struck, ...(broken === undefined ? {} : { broken }) };
  }
}
