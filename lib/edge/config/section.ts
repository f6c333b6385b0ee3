import type { Findings } from '#mesh/yaml/findings.ts';
import type { YamlView } from '#mesh/yaml/view.ts';

const DURATIONS: Readonly<Record<string, number>> = {
  ms: 1,
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};
const SIZES: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** One mapping of `edge.yaml`: its values by name, and a problem for each that is missing, unknown or wrong. */
export class Section {
  readonly view: YamlView;
  readonly findings: Findings;

  /** @param known every key that may stand here. */
  constructor(view: YamlView, known: readonly string[], findings: Findings) {
    this.view = view;
    this.findings = findings;
    for (const { key, place } of view.entries) {
      if (known.includes(key)) continue;
      findings.error(3, place, `the key "${key}" is unknown here`, `use one of ${known.join(', ')}`);
    }
  }

  /** The mapping below a key; undefined when there is none. */
  below(key: string, known: readonly string[]): Section | undefined {
    const view = this.view.get(key);
    if (view === undefined) return undefined;
    if (view.kind === 'map') return new Section(view, known, this.findings);
    this.findings.error(4, view.place, `"${key}" is not a mapping`, `write its keys below it: ${known.join(', ')}`);
    return undefined;
  }

  text(key: string): string | undefined {
    return this.view.text(key);
  }

  /** @param example what such a value looks like, for whoever left it out. */
  required(key: string, example: string): string {
    const text = this.text(key);
    if (text !== undefined) return text;
    const place = (this.view.get(key) ?? this.view).place;
    this.findings.error(2, place, `"${key}" is missing`, `add "${key}: ${example}"`);
    return '';
  }

  oneOf<T extends string>(key: string, values: readonly T[], otherwise: T): T {
    const text = this.text(key);
    if (text === undefined) return otherwise;
    const found = values.find((value) => value === text);
    if (found === undefined) this.wrong(key, `is "${text}"`, `use one of ${values.join(', ')}`);
    return found ?? otherwise;
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.view.get(key)?.scalar;
    if (value === undefined) return otherwise;
    if (typeof value !== 'boolean') this.wrong(key, `is "${String(value)}"`, 'write true or false');
    return value === true;
  }

  number(key: string): number | undefined {
    const view = this.view.get(key);
    if (view === undefined) return undefined;
    if (typeof view.scalar === 'number' && Number.isFinite(view.scalar)) return view.scalar;
    this.wrong(key, `is "${view.written ?? ''}"`, 'write a number');
    return undefined;
  }

  /** Milliseconds of e.g. `10 seconds`. */
  duration(key: string, otherwise: number): number {
    const text = this.text(key);
    if (text === undefined) return otherwise;
    const [, amount, unit = ''] = /^(\d+) ?([a-z]+?)s?$/.exec(text) ?? [];
    const factor = DURATIONS[text.endsWith('ms') ? 'ms' : unit];
    if (amount !== undefined && factor !== undefined && Number(amount) > 0) return Number(amount) * factor;
    this.wrong(key, `is "${text}"`, 'write a time such as 500 ms, 10 seconds, 5 minutes or 1 hour');
    return otherwise;
  }

  /** Bytes of e.g. `512 MiB`. */
  size(key: string, otherwise: number, least: number): number {
    const text = this.text(key);
    if (text === undefined) return otherwise;
    const [, amount, unit = 'B'] = /^(\d+) ?(B|KiB|MiB|GiB)?$/.exec(text) ?? [];
    const bytes = Number(amount) * (SIZES[unit] ?? Number.NaN);
    if (bytes >= least) return bytes;
    this.wrong(key, `is "${text}"`, `write a size of at least ${least} bytes, such as 64 KiB, 512 MiB or 2 GiB`);
    return otherwise;
  }

  /** An address of AWS: over TLS, but for one on this machine. */
  address(key: string): string | undefined {
    const text = this.text(key);
    const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
    const local = url?.hostname === '127.0.0.1' || url?.hostname === 'localhost';
    if (text !== undefined && url?.protocol !== 'https:' && !(local && url?.protocol === 'http:')) {
      this.wrong(key, `is "${text}"`, 'write an address that begins with https://');
    }
    return text;
  }

  /** The texts of a list. */
  texts(key: string): string[] | undefined {
    const view = this.view.get(key);
    if (view === undefined) return undefined;
    if (view.kind !== 'list') this.wrong(key, 'is not a list', 'write it as [one, two]');
    return view.items.flatMap((item) => item.written ?? []);
  }

  wrong(key: string, what: string, fix: string, number = 4): void {
    this.findings.error(number, (this.view.get(key) ?? this.view).place, `"${key}" ${what}`, fix);
  }
}
