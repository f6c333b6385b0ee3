import type { Place } from '../error.ts';
import type { YamlNode, YamlTree } from './node.ts';

interface Origin {
  readonly file: string | undefined;
  readonly placeAt: YamlTree['placeAt'];
}

/** One key of a mapping: its name, where it stands, and its value. */
export interface YamlEntry {
  readonly key: string;
  readonly place: Place;
  readonly value: YamlView;
}

/** A value of a YAML document that knows where it stands; what is absent, null or of another kind reads as undefined or empty. */
export class YamlView {
  readonly #origin: Origin;
  readonly #node: YamlNode | undefined;
  readonly #parent: YamlView | undefined;
  readonly #step: string | number;
  readonly #at: number;

  /** The value under a key or an index of another, or a whole document; `at` is where it stands when it is missing. */
  constructor(origin: Origin, node: YamlNode | undefined, parent?: YamlView, step: string | number = '', at = 0) {
    this.#origin = origin;
    this.#node = node;
    this.#parent = parent;
    this.#step = step;
    this.#at = node?.at ?? at;
  }

  /** The path from the document's root, e.g. `schema[0].name`: made when it is asked for, which is seldom. */
  get path(): string {
    if (this.#parent === undefined) return '';
    return pathOf(this.#parent.path, this.#step);
  }

  get place(): Place {
    return this.#placeOf(this.#at, this.path);
  }

  get kind(): 'map' | 'list' | 'scalar' | 'nothing' {
    if (this.#node?.kind === 'map') return 'map';
    if (this.#node?.kind === 'list') return 'list';
    return this.scalar === undefined ? 'nothing' : 'scalar';
  }

  /** The scalar's value, or undefined for null and for collections. */
  get scalar(): string | number | boolean | undefined {
    const value = this.#node?.kind === 'scalar' ? this.#node.value : undefined;
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
  }

  /** The scalar as somebody wrote it, so that `012` keeps its zero; undefined for null and for collections. */
  get written(): string | undefined {
    const value = this.scalar;
    if (value === undefined || typeof value === 'string') return value;
    return (this.#node?.kind === 'scalar' ? this.#node.source : undefined) ?? String(value);
  }

  get entries(): YamlEntry[] {
    if (this.#node?.kind !== 'map') return [];
    const { path } = this;
    return this.#node.pairs.map(({ key, at, value }) => ({
      key,
      place: this.#placeOf(at, pathOf(path, key)),
      value: new YamlView(this.#origin, value, this, key, at),
    }));
  }

  get items(): YamlView[] {
    if (this.#node?.kind !== 'list') return [];
    return this.#node.items.map((item, index) => new YamlView(this.#origin, item, this, index, this.#at));
  }

  /** The value of a key, or undefined when the key is absent or null. */
  get(key: string): YamlView | undefined {
    if (this.#node?.kind !== 'map') return undefined;
    // Not by way of `entries`: a wide contract is asked for its members many thousand times.
    const pair = this.#node.pairs.find((candidate) => candidate.key === key);
    if (pair?.value === undefined) return undefined;
    const value = new YamlView(this.#origin, pair.value, this, key, pair.at);
    return value.kind === 'nothing' ? undefined : value;
  }

  /** The text of a key's scalar without blanks around it, or undefined when there is none. */
  text(key: string): string | undefined {
    const text = this.get(key)?.written?.trim();
    return text === '' ? undefined : text;
  }

  /** The values of a key that holds a list. */
  list(key: string): YamlView[] {
    return this.get(key)?.items ?? [];
  }

  #placeOf(offset: number, path: string): Place {
    const { line, column } = this.#origin.placeAt(offset);
    return { file: this.#origin.file, line, column, path };
  }
}

function pathOf(parent: string, step: string | number): string {
  if (typeof step === 'number') return `${parent}[${step}]`;
  return parent === '' ? step : `${parent}.${step}`;
}
