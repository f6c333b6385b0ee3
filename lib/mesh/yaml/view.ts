import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import type { Place } from '../error.ts';

interface Origin {
  readonly file: string | undefined;
  readonly document: Document;
  readonly lines: LineCounter;
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
  readonly #node: Node | null;
  readonly #at: number;

  constructor(origin: Origin, node: Node | null, path: string, at = 0) {
    this.#origin = origin;
    this.#at = node?.range?.[0] ?? at;
    this.#node = isAlias(node) ? (node.resolve(origin.document) ?? null) : node;
    this.path = path;
  }

  get place(): Place {
    return this.#placeOf(this.#at, this.path);
  }

  get kind(): 'map' | 'list' | 'scalar' | 'nothing' {
    if (isMap(this.#node)) return 'map';
    if (isSeq(this.#node)) return 'list';
    return this.scalar === undefined ? 'nothing' : 'scalar';
  }

  /** The scalar's value, or undefined for null and for collections. */
  get scalar(): string | number | boolean | undefined {
    const value = isScalar(this.#node) ? this.#node.value : undefined;
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
  }

  /** The scalar as somebody wrote it, so that `012` keeps its zero; undefined for null and for collections. */
  get written(): string | undefined {
    const value = this.scalar;
    if (value === undefined || typeof value === 'string') return value;
    return (isScalar(this.#node) ? this.#node.source : undefined) ?? String(value);
  }

  get entries(): YamlEntry[] {
    if (!isMap(this.#node)) return [];
    return this.#node.items.map((pair) => {
      const keyNode = pair.key as Node | null;
      const key = isScalar(keyNode) ? String(keyNode.value) : '';
      const path = this.path === '' ? key : `${this.path}.${key}`;
      const at = keyNode?.range?.[0] ?? this.#at;
      const value = new YamlView(this.#origin, (pair.value as Node | null) ?? null, path, at);
      return { key, place: this.#placeOf(at, path), value };
    });
  }

  get items(): YamlView[] {
    if (!isSeq(this.#node)) return [];
    return this.#node.items.map(
      (item, index) => new YamlView(this.#origin, item as Node | null, `${this.path}[${index}]`, this.#at),
    );
  }

  /** The value of a key, or undefined when the key is absent or null. */
  get(key: string): YamlView | undefined {
    if (!isMap(this.#node)) return undefined;
    // Not by way of `entries`: a wide contract is asked for its members many thousand times.
    const pair = this.#node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (pair === undefined) return undefined;
    const at = (pair.key as Node | null)?.range?.[0] ?? this.#at;
    const path = this.path === '' ? key : `${this.path}.${key}`;
    const value = new YamlView(this.#origin, (pair.value as Node | null) ?? null, path, at);
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
    const { line, col } = this.#origin.lines.linePos(offset);
    return { file: this.#origin.file, line, column: col, path };
  }
}
