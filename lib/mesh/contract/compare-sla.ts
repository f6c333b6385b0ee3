import { judged, type SchemaChange } from './compatibility-rules.ts';

type Sla = Readonly<Record<string, string | number>>;

/** ODCS's and ODPS's service levels where less is a better promise. */
const LESS_IS_BETTER = [
  'latency',
  'frequency',
  'errorrate',
  'timetodetect',
  'timetonotify',
  'timetorepair',
  'generalavailability',
];
/** Those where more is a better promise. */
const MORE_IS_BETTER = ['availability', 'throughput', 'retention', 'endofsupport', 'endoflife'];

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|milliseconds?)$/, 0.001],
  [/^(s|sec|seconds?)$/, 1],
  [/^(min|minutes?)$/, 60],
  [/^(h|hr|hours?)$/, 3600],
  [/^(d|days?)$/, 86_400],
  [/^(w|weeks?)$/, 604_800],
  [/^(m|mo|months?)$/, 2_629_746],
  [/^(y|yr|years?)$/, 31_556_952],
];

/** What changes in the service levels of a product. A level in a unit of time is compared by its length, one that is a date by the date. */
export function compareSla(before: Sla = {}, after: Sla = {}): SchemaChange[] {
  const gone = Object.keys(before).filter((name) => after[name] === undefined);
  const come = Object.keys(after).filter((name) => before[name] === undefined);
  const both = Object.entries(before).flatMap(([name, old]): SchemaChange[] => {
    const next = after[name];
    return next === undefined || String(next) === String(old) ? [] : compareLevel(name, String(old), String(next));
  });
  return [
    ...gone.map((name) => judged('sla-loosened', `the service level "${name}" goes`, { kind: 'removed' })),
    ...both,
    ...come.map((name) => judged('sla-tightened', `the service level "${name}" comes`, { kind: 'added' })),
  ];
}

function compareLevel(name: string, before: string, after: string): SchemaChange[] {
  const message = `the service level "${name}" changes from ${before} to ${after}`;
  const [old, next] = [measure(before), measure(after)];
  const key = name.toLowerCase().replaceAll(/[^a-z]/g, '');
  const less = LESS_IS_BETTER.includes(key);
  if (old === undefined || next === undefined || old.of !== next.of) return [judged('sla-changed', message)];
  if (old.value === next.value) return [judged('text-changed', message)];
  if (!less && !MORE_IS_BETTER.includes(key)) return [judged('sla-changed', message)];
  const better = less ? next.value < old.value : next.value > old.value;
  if (better) return [judged('sla-tightened', message)];
  return [judged(key === 'retention' ? 'retention-shortened' : 'sla-loosened', message)];
}

/** `4 h` as 14,400 seconds, `99.9 %` as 99.9 of %, `2030-01-01` as that date. */
function measure(text: string): { value: number; of: string } | undefined {
  if (/^\d{4}-\d\d-\d\d(T.*)?$/.test(text)) return { value: Date.parse(text), of: 'date' };
  const [, number, unit = ''] = /^(-?\d+(?:\.\d+)?)\s*(\S*)$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  const seconds = UNITS.find(([pattern]) => pattern.test(unit.toLowerCase()))?.[1];
  return seconds === undefined
    ? { value: Number(number), of: unit.toLowerCase() }
    : { value: Number(number) * seconds, of: 'time' };
}
