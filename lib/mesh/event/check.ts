/** Answers what is wrong with a value, each with its path; nothing when it is as it should be. */
export type Check = (value: unknown, path: string) => readonly Wrong[];

export interface Wrong {
  readonly path: string;
  readonly expected: string;
}

export const one =
  (expected: string, holds: (value: unknown) => boolean): Check =>
  (value, path) =>
    holds(value) ? [] : [{ path, expected }];

export const text = one('a text', (value) => typeof value === 'string');
export const name = one(
  'a text of 1 to 255 characters',
  (value) => typeof value === 'string' && /^.{1,255}$/su.test(value),
);
export const count = one('a whole number', (value) => Number.isSafeInteger(value) && Number(value) >= 0);
export const flag = one('true or false', (value) => typeof value === 'boolean');
export const oneOf = (...values: string[]) =>
  one(`one of ${values.join(', ')}`, (value) => values.includes(value as string));
export const optional =
  (check: Check): Check =>
  (value, path) =>
    value === undefined ? [] : check(value, path);
export const list =
  (check: Check): Check =>
  (value, path) =>
    Array.isArray(value)
      ? value.flatMap((entry, index) => check(entry, `${path}[${index}]`))
      : [{ path, expected: 'a list' }];
export const object =
  (shape: Readonly<Record<string, Check>>): Check =>
  (value, path) =>
    isObject(value)
      ? Object.entries(shape).flatMap(([key, check]) =>
          check(memberOf(value, key), path === '' ? key : `${path}.${key}`),
        )
      : [{ path, expected: 'an object' }];

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function memberOf(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
