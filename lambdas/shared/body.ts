import { type Problem, userError } from '#mesh/error.ts';

type Shape = Readonly<Record<string, (value: unknown) => string | undefined>>;

/** Texts go into events, which take 256 KB with all that they tell: one that did not fit would hold up those behind it, and the trail. */
const LONGEST = 2000;

/** Each check answers what is expected when the value is something else. */
export const file = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? undefined : 'a text');
export const text = (value: unknown) =>
  file(value) ?? (String(value).length > LONGEST ? `a text of at most ${LONGEST} characters` : undefined);
export const whole = (value: unknown) =>
  Number.isSafeInteger(value) && Number(value) > 0 ? undefined : 'a whole number';
export const flag = (value: unknown) => (typeof value === 'boolean' ? undefined : 'true or false');
export const percent = (value: unknown) =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100 ? undefined : 'a whole number from 0 to 100';
export const texts = (value: unknown) =>
  Array.isArray(value) && value.every((entry) => text(entry) === undefined)
    ? undefined
    : `a list of texts, each of at most ${LONGEST} characters`;
const number = (value: unknown) => (Number.isFinite(value) ? undefined : 'a number');
export const textByName = (value: unknown) => (isRecord(value, file) ? undefined : 'an object of texts');
export const numberByName = (value: unknown) => (isRecord(value, number) ? undefined : 'an object of numbers');
export const textsByName = (value: unknown) => (isRecord(value, texts) ? undefined : 'an object of lists of texts');
export const oneOf =
  (...allowed: string[]) =>
  (value: unknown) =>
    allowed.includes(value as string) ? undefined : `one of ${allowed.join(', ')}`;
export const optional = (check: (value: unknown) => string | undefined) => (value: unknown) =>
  value === undefined || value === null ? undefined : check(value);

/** The JSON object in a request's body, member by member as `shape` says. @throws WEFT-API-001 when it is no object, -002 with every member that is wrong. */
export function readBody(body: string | null, shape: Shape): Record<string, unknown> {
  const value = parse(body);
  const problems: Problem[] = [];
  const report = (path: string, message: string, fix: string) =>
    problems.push({ code: 'WEFT-API-002', severity: 'error', path, message, fix });
  for (const [name, check] of Object.entries(shape)) {
    const expected = check(value[name]);
    if (expected !== undefined) {
      report(
        name,
        `\`${name}\` is ${shortened(JSON.stringify(value[name])) ?? 'missing'}, expected is ${expected}`,
        `give ${expected}`,
      );
    }
  }
  for (const name of Object.keys(value).filter((key) => !Object.hasOwn(shape, key))) {
    report(shortened(name) ?? '', `\`${shortened(name)}\` is not known`, `known are ${Object.keys(shape).join(', ')}`);
  }
  if (problems.length > 0) {
    throw userError('WEFT-API-002', problems.map(({ message }) => message).join('; '), { problems });
  }
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

function shortened(written: string | undefined): string | undefined {
  return written === undefined || written.length <= 200 ? written : `${written.slice(0, 200)}…`;
}

function parse(body: string | null): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body ?? '');
  } catch (cause) {
    throw userError('WEFT-API-001', 'the body is not JSON', { cause, hint: 'send a JSON object' });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw userError('WEFT-API-001', 'the body is not a JSON object', { hint: 'send a JSON object' });
}

function isRecord(value: unknown, check: (value: unknown) => string | undefined): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((member) => check(member) === undefined)
  );
}
