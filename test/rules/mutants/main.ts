import { called } from '../../../bin/script.ts';
import openRunFolder from '../../run-folder.ts';
import { Random } from '../../simulate/random.ts';
import { everyTemplate } from '../every-template.ts';
import { drawn, kindsOf, shoot, unjudged } from './hunt.ts';

const { values } = called({
  usage: 'npm run mutate -- [--seconds N] [--seed S] | --all',
  does: 'Weakens our templates at random, one place at a time, until the time is over, and tells which weakenings no rule found.',
  options: {
    seconds: { what: 'how long, after the templates are there', least: 1, usual: 60 },
    seed: { what: 'which weakenings: the same order for the same seed', least: 0, usual: 1 },
    all: { what: 'make each kind of weakening once instead', flag: true },
  },
});

openRunFolder();
console.error('synthesizing every template …');
const kinds = kindsOf(everyTemplate());
const until = performance.now() + values.seconds * 1000;
const random = new Random(values.seed);
const survivors = new Map<string, string>();
const found = new Map<string, number>();
let made = 0;

const instances = values.all
  ? [...kinds.values()].flatMap(([first]) => (first === undefined ? [] : [first]))
  : drawn(kinds, () => random.next());
for (const instance of instances) {
  if (!values.all && performance.now() > until) break;
  const shot = shoot(instance);
  if (shot === undefined) continue;
  made += 1;
  if (shot.findings.length === 0) survivors.set(shot.name, shot.weakens);
  for (const rule of new Set(shot.findings.map((finding) => finding.split(' ')[0] ?? '')))
    found.set(rule, (found.get(rule) ?? 0) + 1);
}

const unknown = unjudged(kinds);
for (const name of unknown) console.log(`nobody says what this does: ${name}`);
for (const [name, weakens] of survivors) console.log(`no rule finds: ${name} (${weakens})`);
for (const [rule, count] of [...found].sort(([, one], [, other]) => other - one))
  console.log(`${String(count).padStart(7)} ${rule}`);
console.log(
  `${made} weakenings of ${kinds.size} kinds of changes, ${values.all ? 'each kind once' : `seed ${values.seed}`}: ${survivors.size} not found`,
);
process.exitCode = survivors.size + unknown.length > 0 ? 1 : 0;
