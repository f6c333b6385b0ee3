import type { Place } from '../error.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';

export interface TextRule {
  readonly pattern: RegExp;
  readonly max: number;
  /** The number of the code when the text does not match. */
  readonly number: number;
  readonly allowed: string;
}

/** Reports the keys of a mapping that `mesh.yaml` does not know. */
export function refuseUnknownKeys(view: YamlView, known: readonly string[], findings: Findings): void {
  for (const { key, place } of view.entries) {
    if (!known.includes(key)) {
      findings.error(2, place, `the key "${key}" is unknown`, `use one of ${known.join(', ')}`);
    }
  }
}

/** A text that has to be there and to match; the empty text when it does not. */
export function readText(view: YamlView, key: string, findings: Findings, rule: TextRule): string {
  const value = view.get(key);
  if (value === undefined) {
    findings.error(3, view.place, `the key "${key}" is missing`, `add "${key}": ${rule.allowed}`);
    return '';
  }
  const text = value.written;
  if (text === undefined) {
    findings.error(4, value.place, `"${key}" is a ${value.kind} where a text belongs`, `write ${rule.allowed}`);
    return '';
  }
  if (text.length > rule.max || !rule.pattern.test(text)) {
    findings.error(
      rule.number,
      value.place,
      `"${key}" is "${text}", which is not ${rule.allowed}`,
      `write ${rule.allowed}`,
    );
    return '';
  }
  return text;
}

/** The key `account`, or another one that names an account: 12 digits. A number that begins with a zero has to be quoted, for other readers of the file would lose the zero. */
export function readAccount(view: YamlView, findings: Findings, key = 'account'): string | undefined {
  const value = view.get(key);
  if (value === undefined) {
    findings.error(3, view.place, `the key "${key}" is missing`, `add "${key}: '<12 digits>'"`);
    return undefined;
  }
  const written = value.written ?? '';
  const unquoted = typeof value.scalar === 'number';
  if (unquoted && (written.startsWith('0') || /^\d{1,11}$/.test(written))) {
    findings.error(
      7,
      value.place,
      `the account ${written} is a number, which loses its leading zeros`,
      `write the 12 digits in quotes, e.g. '${written.padStart(12, '0')}'`,
    );
    return undefined;
  }
  if (!/^\d{12}$/.test(written)) {
    findings.error(
      7,
      value.place,
      `the account "${written}" is not 12 digits`,
      'write the 12 digits of the account in quotes',
    );
    return undefined;
  }
  return written;
}

/** Reports a value that an earlier entry of the same list has; `seen` keeps where each value stood first. */
export function refuseSecond(
  seen: Map<string, Place>,
  value: string,
  view: YamlView | undefined,
  rule: { readonly number: number; readonly of: string; readonly what: string },
  findings: Findings,
): void {
  if (value === '' || view === undefined) return;
  const first = seen.get(value);
  if (first === undefined) {
    seen.set(value, view.place);
    return;
  }
  const message = `the ${rule.what} "${view.written}" belongs to the ${rule.of} of line ${first.line} already`;
  findings.error(rule.number, view.place, message, `give each ${rule.of} its own ${rule.what}`);
}
