/** One pair of a mapping: its key, where the key stands, and the value, which may be missing. */
export interface YamlPair {
  readonly key: string;
  readonly at: number;
  readonly value: YamlNode | undefined;
}

/** A value of a YAML document after aliases are followed; `at` is where it stands in the text, in UTF-16 units. */
export type YamlNode =
  | { readonly kind: 'map'; readonly at: number; readonly pairs: readonly YamlPair[] }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly (YamlNode | undefined)[] }
  | {
      readonly kind: 'scalar';
      readonly at: number;
      readonly value: unknown;
      /** As somebody wrote it, of what is no text. */
      readonly source?: string;
    };

/** A document whose places can be told. */
export interface YamlTree {
  readonly root: YamlNode | undefined;
  /** Line and column, both from 1, of a place in the text. */
  placeAt(offset: number): { readonly line: number; readonly column: number };
}

/** Finds lines by the offsets at which they begin. */
export function placeIn(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return { line: low, column: offset - (starts[low - 1] ?? 0) + 1 };
}
