import type { Findings } from '../../yaml/findings.ts';
import type { YamlView } from '../../yaml/view.ts';

/** Reads the members of a rule, and reports each that is wrong. */
export class Fields {
  readonly findings: Findings;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  isMap(view: YamlView, what: string): boolean {
    if (view.kind === 'map') return true;
    this.findings.error(83, view.place, `${what} is no mapping`, 'write keys with values');
    return false;
  }

  refuseUnknown(view: YamlView, known: readonly string[]): void {
    for (const { key, place } of view.entries) {
      if (!known.includes(key)) {
        this.findings.error(81, place, `the key "${key}" is unknown`, `use one of ${known.join(', ')}`);
      }
    }
  }

  missing(view: YamlView, key: string, allowed: string): undefined {
    this.findings.error(82, view.place, `the key "${key}" is missing`, `add "${key}": ${allowed}`);
  }

  wrong(view: YamlView, key: string, allowed: string): undefined {
    const message = `"${key}" is ${shown(view)}, which is not ${allowed}`;
    this.findings.error(83, view.place, message, `write ${allowed}`);
  }

  /** A text that has to be there. */
  text(view: YamlView, key: string, pattern: RegExp, allowed: string, max: number): string {
    const value = view.get(key);
    if (value === undefined) this.missing(view, key, allowed);
    else if (value.written !== undefined && value.written.length <= max && pattern.test(value.written))
      return value.written;
    else this.wrong(value, key, allowed);
    return '';
  }

  /** One of some words; `fallback` when it is absent. */
  oneOf<T extends string>(view: YamlView, key: string, words: readonly [T, ...T[]], fallback?: T): T {
    const value = view.get(key);
    const allowed = `one of ${words.join(', ')}`;
    const found = words.find((word) => word === value?.written);
    if (found !== undefined) return found;
    if (value !== undefined) this.wrong(value, key, allowed);
    else if (fallback === undefined) this.missing(view, key, allowed);
    return fallback ?? words[0];
  }

  /** A list of texts with something in it; undefined when it is absent. */
  texts(
    view: YamlView,
    key: string,
    isAllowed = (_text: string) => true,
    allowed = 'a list of texts',
  ): string[] | undefined {
    const value = view.get(key);
    if (value === undefined) return undefined;
    const wrong = value.items.find((item) => item.written === undefined || !isAllowed(item.written));
    if (wrong !== undefined) this.wrong(wrong, key, allowed);
    else if (value.items.length === 0) this.wrong(value, key, allowed);
    return value.items.flatMap(({ written }) => (written === undefined ? [] : [written]));
  }

  /** A section of a rule; undefined when it is absent. */
  section(view: YamlView, key: string, keys: readonly string[]): YamlView | undefined {
    const value = view.get(key);
    if (value === undefined || !this.isMap(value, `"${key}"`)) return undefined;
    this.refuseUnknown(value, keys);
    return value;
  }
}

/** What stands there, shortened. */
function shown(view: YamlView): string {
  if (view.written === undefined) return `a ${view.kind}`;
  return JSON.stringify(view.written.length > 100 ? `${view.written.slice(0, 100)}…` : view.written);
}
