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
  readonly path: string;
  readonly #origin: Origin;
  readonly #node: YamlNode | undefined;
  readonly #at: number;

  constructor(origin: Origin, node: YamlNode | undefined, path: string, at = 0) {
    this.#origin = origin;
    this.#at = node?.at ?? at;
    this.#node = node;
    this.path = path;
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
    return this.#node.pairs.map(({ key, at, value }) => {
      const path = this.path === '' ? key : `${this.path}.${key}`;
      return { key, place: this.#placeOf(at, path), value: new YamlView(this.#origin, value, path, at) };
    });
  }

  get items(): YamlView[] {
    if (this.#node?.kind !== 'list') return [];
    return this.#node.items.map((item, index) => new YamlView(this.#origin, item, `${this.path}[${index}]`, this.#at));
  }

  /** The value of a key, or undefined when the key is absent or null. */
  get(key: string): YamlView | undefined {
    if (this.#node?.kind !== 'map') return undefined;
    // Not by way of `entries`: a wide contract is asked for its members many thousand times.
    const pair = this.#node.pairs.find((candidate) => candidate.key === key);
    if (pair?.value === undefined) return undefined;
    const path = this.path === '' ? key : `${this.path}.${key}`;
    const value = new YamlView(this.#origin, pair.value, path, pair.at);
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
