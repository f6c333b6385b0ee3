const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['~', 'null', 'Null', 'NULL'].map((word): [string, null] => [word, null]),
  ...['true', 'True', 'TRUE'].map((word): [string, boolean] => [word, true]),
  ...['false', 'False', 'FALSE'].map((word): [string, boolean] => [word, false]),
]);

/** Numbers that are written in another way than with digits and one point. */
const UNUSUAL =
  /^(?:0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?(?:\.\d+|\d+(?:\.\d*)?)[eE][-+]?\d+)$/;

/** True for a plain scalar that stands for nothing, true or false. */
export function isWord(text: string): boolean {
  return WORDS.has(text);
}

/** The value of a plain scalar in YAML 1.2's core schema, in `value`; undefined for a number that is written in an unusual way. */
export function coreScalar(text: string): { readonly value: string | number | boolean | null } | undefined {
  const word = WORDS.get(text);
  if (word !== undefined) return { value: word };
  const first = text.charCodeAt(0);
  // Digits, sign or point: all others are texts.
  if (first > 0x39 || first < 0x2b) return { value: text };
  if (/^[-+]?\d+$/.test(text)) return { value: Number.parseInt(text, 10) };
  if (/^[-+]?(?:\.\d+|\d+\.\d*)$/.test(text)) return { value: Number.parseFloat(text) };
  return UNUSUAL.test(text) ? undefined : { value: text };
}
