import type { Chance } from './chance.ts';

/** What became of one input: taken, turned down as it should be, or what is wrong about it. */
export type Verdict = 'accepted' | 'refused' | { readonly wrong: string };

/** A part of the product that is ready for inputs. */
export interface Bench {
  /** Judges inputs; what it throws is a crash of the product. */
  judge(inputs: readonly string[]): Promise<Verdict[]>;
  close?(): Promise<void> | void;
}

/** Something that takes what strangers write. An input is a text, so that it can be kept as a file and made shorter. */
export interface Target {
  readonly name: string;
  /** What it is that is fuzzed, and what must hold, as one sentence. */
  readonly what: string;
  /** The suffix of a kept input. */
  readonly suffix: string;
  /** Inputs that are judged together; 1 when absent. More than one only where single ones cannot be slow. */
  readonly batch?: number;
  /** Inputs in a run that says neither how many nor how long; a minute's worth when absent. */
  readonly inputs?: number;
  /** Milliseconds of work that one input may take; 1,000 when absent. */
  readonly limit?: number;
  make(chance: Chance): string;
  open(): Promise<Bench>;
}

/** A bench that judges its inputs one after the other. */
export function oneByOne(
  judge: (input: string) => Promise<Verdict> | Verdict,
  close?: () => Promise<void> | void,
): Bench {
  return {
    async judge(inputs) {
      const verdicts: Verdict[] = [];
      for (const input of inputs) verdicts.push(await judge(input));
      return verdicts;
    },
    ...(close === undefined ? {} : { close }),
  };
}
