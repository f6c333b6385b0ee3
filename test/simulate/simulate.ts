import { createHash } from 'node:crypto';
import { GLOBAL_SCOPE } from '#mesh/policy/policy-sets.ts';
import { createActors, type Given } from './actors.ts';
import { FAULTS } from './faults.ts';
import { Broken } from './invariants/broken.ts';
import { checkEnded } from './invariants/ended.ts';
import { checkSettled } from './invariants/settled.ts';
import { checkTrail } from './invariants/trail.ts';
import { Watch } from './invariants/watch.ts';
import { createMesh } from './mesh.ts';
import { meddle } from './people/hands.ts';
import { overture } from './people/overture.ts';
import { createReporters } from './people/reporters.ts';
import { frozenIn } from './policies.ts';
import { Random } from './random.ts';

/** After faults stop, that many sweeps bring everything to what is desired. */
const ROUNDS = 3;

export interface Simulated {
  readonly seed: number;
  readonly steps: number;
  /** A line a step: the same seed gives the same lines. */
  readonly trace: readonly string[];
  /** Of the trace, of every event that was told and of every entry of the trail. */
  readonly digest: string;
  readonly faults: Readonly<Record<string, number>>;
  /** How often each command was accepted. */
  readonly accepted: Readonly<Record<string, number>>;
  readonly broken?: { readonly invariant: string; readonly message: string; readonly step: number };
}

type Kind =
  | 'calm'
  | 'act'
  | 'report'
  | 'relay'
  | 'reconcile'
  | 'agent'
  | 'sync'
  | 'append'
  | 'sweep'
  | 'meddle'
  | 'skew'
  | 'wait';

/** How often each kind of step comes. */
const WEIGHTS: Readonly<Record<Kind, number>> = {
  act: 24,
  report: 3,
  relay: 22,
  reconcile: 22,
  agent: 20,
  sync: 20,
  append: 8,
  sweep: 2,
  meddle: 1,
  skew: 2,
  wait: 3,
  calm: 1,
};
const KINDS = Object.entries(WEIGHTS).flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind as Kind));

/** What differs from seed to seed: in some, people wait until most of what they asked for is done, so that more lives and can be lost; in some, programs report much. */
function tempo(random: Random): Kind[] {
  const [acts, reports] = [random.pick([WEIGHTS.act, 5]), random.pick([WEIGHTS.report, WEIGHTS.report, 15])];
  return [
    ...Array.from({ length: acts }, () => 'act' as const),
    ...Array.from({ length: reports }, () => 'report' as const),
  ];
}

/** Between two steps some time passes, in milliseconds. */
const MOMENT = 20_000;

/** Plays that many steps of the mesh's life under faults, then lets it settle; stops at the first invariant that does not hold. */
export async function simulate(seed: number, steps: number): Promise<Simulated> {
  const random = new Random(seed);
  const mesh = await createMesh(random);
  const actors = createActors(mesh, random);
  const reporters = createReporters(mesh, random);
  const watch = new Watch(mesh);
  const trace: string[] = [];
  const accepted: Record<string, number> = {};
  // Every second seed is without sweeps, without somebody who changes grants by hand and without what only a sweep heals, and is held to more: all comes right by itself.
  const sweeping = seed % 2 === 0;
  // How often each fault strikes differs from seed to seed, too.
  const rates = Object.fromEntries(
    Object.entries(FAULTS).map(([name, rate]) => [name, rate * random.pick([0, 1, 1, 3])]),
  );
  const meddles = seed % 4 === 0;
  const left: readonly Kind[] = sweeping ? (meddles ? ['calm'] : ['calm', 'meddle']) : ['meddle', 'sweep'];
  const usual = KINDS.filter((kind) => !left.includes(kind) && kind !== 'act' && kind !== 'report');
  const kinds = [...usual, ...tempo(random)];
  let meddled = false;
  let step = 0;
  try {
    for (let count = random.below(4); count > 0; count -= 1) await given(() => actors.give('publish'));
    mesh.faults.rates = sweeping ? rates : { ...rates, denied: 0 };
    mesh.faults.interrupt = async () => {
      trace.push(`  between two calls: ${await given(actors.interrupt)}`);
    };
    mesh.faults.look = () => watch.between(meddled);
    if (seed % 10 === 0) await begun();
    for (; step < steps; step += 1) {
      const waits = mesh.waitingFor();
      const kind = random.pick(kinds.filter((one) => !(one in waits) || waits[one as keyof typeof waits] > 0));
      mesh.world.clock.advance(random.below(MOMENT));
      trace.push(`${step} ${kind} ${await one(kind)}`);
      await watch.step(meddled);
    }
    await calm();
    mesh.faults.interrupt = undefined;
    const since = mesh.world.clock.date().toISOString();
    mesh.world.clock.advance(60 * 86_400_000);
    // First with nobody of governance there, then with all.
    while (await mesh.moves.agent());
    if (!meddled) await checkEnded(mesh, watch, since);
    await sweeps();
    await settled(true);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return outcome({ invariant: error.invariant, message: error.message, step });
  } finally {
    await mesh.world.cloud.close();
  }
  return outcome();

  /** Every tenth seed begins with what few come to by chance. */
  async function begun(): Promise<void> {
    const { rates: usual } = mesh.faults;
    mesh.faults.rates = {};
    await overture(mesh, async () => {
      await drain();
      await watch.step(false);
    });
    mesh.faults.rates = usual;
  }

  /** Faults stop, and everything is worked off; without a sweep all is right only where nothing needs one. */
  async function calm(): Promise<void> {
    mesh.faults.rates = {};
    mesh.clocks.straighten();
    mesh.redrive();
    await drain();
    if (!sweeping) await settled(false);
  }

  async function settled(swept: boolean): Promise<void> {
    await watch.step(false);
    await checkTrail(mesh, watch, reporters.forged);
    await checkSettled(mesh, watch, swept);
  }

  /** A command, held against the forbids that were in force before it and after it. */
  async function given(give: () => Promise<Given>): Promise<string> {
    const before = await frozen();
    const said = await give();
    const after = await frozen();
    const all = before.digest === after.digest ? after.consumers : [];
    watch.given(said, all);
    if (said.written !== undefined) accepted[said.command] = (accepted[said.command] ?? 0) + 1;
    return `${said.command} ${said.outcome}`;
  }

  async function frozen(): Promise<{ readonly digest: string; readonly consumers: readonly string[] }> {
    const { store } = mesh.world.governance.policies;
    const head = (await store.heads()).find(({ scope }) => scope === GLOBAL_SCOPE);
    if (head === undefined) return { digest: '', consumers: [] };
    return { digest: head.inForce, consumers: frozenIn((await store.whole(GLOBAL_SCOPE, head.inForce)).files) };
  }

  async function one(kind: Kind): Promise<string> {
    switch (kind) {
      case 'act':
        return given(() => actors.act(sweeping));
      case 'calm': {
        const { rates: usual } = mesh.faults;
        await calm();
        mesh.faults.rates = usual;
        return 'settled';
      }
      case 'report':
        return reporters.report();
      case 'skew':
        mesh.faults.count('skew');
        return mesh.clocks.set();
      case 'meddle':
        meddled = true;
        return meddle(mesh, random);
      case 'wait': {
        // What ends, only a sweep sees: where there is none, nobody waits for it, and all that comes right by itself can be asked for.
        const minutes = random.pick(sweeping ? [1, 5, 30, 600, 3_000] : [1, 5, 30]);
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
    const all = [...trace, ...mesh.events, ...mesh.entries()].map((one) => JSON.stringify(one));
    const digest = createHash('sha256').update(all.join('\n')).digest('hex');
    const { struck } = mesh.faults;
    return { seed, steps, trace, digest, faults: struck, accepted, ...(broken === undefined ? {} : { broken }) };
  }
}
