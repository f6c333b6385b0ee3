const MISSING: readonly [pattern: RegExp, what: string][] = [
  [/^COLUMN_NOT_FOUND: .*?Column '([^']+)' cannot be resolved/, 'column'],
  [/^TABLE_NOT_FOUND: .*?Table '([^']+)' does not exist/, 'table'],
  [/^SCHEMA_NOT_FOUND: .*?Schema '([^']+)' does not exist/, 'schema'],
];

/** What a failed statement did not find where it reads, e.g. `column "segment"`; undefined when it failed for another reason. */
export function missingIn(reason: string): string | undefined {
  for (const [pattern, what] of MISSING) {
    const [, name] = pattern.exec(reason) ?? [];
    if (name !== undefined) return `${what} "${name}"`;
  }
  return undefined;
}
