import type { Synthesized } from '../every-template.ts';
import { findingsOf } from '../mesh-pack/pack.ts';
import { type Mutant, mutantsOf, mutated } from './mutant.ts';
import { judged } from './oracle.ts';

interface Instance {
  readonly template: Synthesized;
  readonly mutant: Mutant;
}

/** Kinds of mutants: `<type> <place> <change>` → each place of our templates where it can be made. */
export type Kinds = ReadonlyMap<string, readonly Instance[]>;

export function kindsOf(templates: readonly Synthesized[]): Kinds {
  const kinds = new Map<string, Instance[]>();
  for (const template of templates) {
    for (const mutant of mutantsOf(template.resources, template.place.account)) {
      const row = judged(mutant);
      const name =
        `${mutant.type} ${mutant.place} ${mutant.change} ${row?.weakens ?? row?.harmless ?? row?.held ?? ''}`.trim();
      const known = kinds.get(name);
      if (known === undefined) kinds.set(name, [{ template, mutant }]);
      else known.push({ template, mutant });
    }
  }
  return kinds;
}

/** What became of one mutant. */
export interface Shot {
  /** `<stack> <logical id> <place> <change>`. */
  readonly name: string;
  readonly weakens: string;
  /** What the pack found. */
  readonly findings: readonly string[];
}

/** Makes the change and asks the pack. */
export function shoot({ template: { stack, resources, place }, mutant }: Instance): Shot | undefined {
  const { weakens } = judged(mutant) ?? {};
  if (weakens === undefined) return undefined;
  return {
    name: `${stack} ${mutant.id} ${mutant.place} ${mutant.change}`,
    weakens,
    findings: findingsOf(mutated(resources, mutant), place),
  };
}

/** Kinds that the table does not know. */
export function unjudged(kinds: Kinds): string[] {
  return [...kinds]
    .filter(([, [first]]) => first !== undefined && judged(first.mutant) === undefined)
    .map(([name]) => name);
}

/** Mutants that weaken the mesh, drawn without end: first a kind and then a place, so that what is rare is drawn as often. */
export function* drawn(kinds: Kinds, random: () => number): Generator<Instance> {
  const weakening = [...kinds.values()].filter(
    ([first]) => first !== undefined && judged(first.mutant)?.weakens !== undefined,
  );
  for (;;) {
    const kind = weakening[Math.floor(random() * weakening.length)] ?? [];
    const instance = kind[Math.floor(random() * kind.length)];
    if (instance !== undefined) yield instance;
  }
}
