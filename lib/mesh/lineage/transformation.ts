/** How a value gets into a column, in the words of OpenLineage's columnLineage facet. */
export type Direct = 'IDENTITY' | 'TRANSFORMATION' | 'AGGREGATION';

/** How a value decides over a column, or over the rows, without getting into it. */
export type Indirect = 'JOIN' | 'FILTER' | 'GROUP_BY' | 'SORT' | 'WINDOW' | 'CONDITIONAL';

export type Subtype = Direct | Indirect;

/** Weakest first. */
const DIRECT: readonly Subtype[] = ['IDENTITY', 'TRANSFORMATION', 'AGGREGATION'];

/** Every subtype; those that carry a value first. */
export const SUBTYPES: readonly Subtype[] = [...DIRECT, 'JOIN', 'FILTER', 'GROUP_BY', 'SORT', 'WINDOW', 'CONDITIONAL'];

/** A column of a table, and one way in which something depends on it. */
export interface Input {
  /** `database.table`, in lower case. */
  readonly table: string;
  readonly column: string;
  readonly how: Subtype;
  /** The value cannot be got back from what is made of it, e.g. a hash or a count. */
  readonly masking?: true;
}

/** Whether a value gets into what depends on it. */
export function isDirect(how: Subtype): boolean {
  return DIRECT.includes(how);
}

/** The two in a row: what is made with `outer` of something that is made with `inner`. */
export function through(outer: Subtype, inner: Subtype): Subtype {
  if (!isDirect(outer)) return outer;
  if (!isDirect(inner)) return inner;
  return DIRECT.indexOf(outer) > DIRECT.indexOf(inner) ? outer : inner;
}

/** The inputs of a part, as inputs of the whole that uses it in that way. */
export function carried(inputs: readonly Input[], how: Subtype, masking: boolean): Input[] {
  return inputs.map((input) => ({
    ...input,
    how: through(how, input.how),
    ...(masking || input.masking ? { masking: true as const } : {}),
  }));
}

/** Each once, in the order of tables, columns and subtypes. A value that also comes unmasked is not masked. */
export function distinctInputs(inputs: readonly Input[]): Input[] {
  const byKey = new Map<string, Input>();
  for (const input of inputs) {
    const key = `${input.table}\n${input.column}\n${SUBTYPES.indexOf(input.how)}`;
    if (byKey.get(key)?.masking !== undefined || !byKey.has(key)) byKey.set(key, input);
  }
  return [...byKey].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, input]) => input);
}
