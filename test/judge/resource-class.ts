/** The patterns of resources that a policy names, variables and all. */
export function resourcePatterns(policy: unknown): string[] {
  const { Statement = [] } = (policy ?? {}) as { Statement?: unknown };
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as {
    Resource?: string | string[];
    NotResource?: string | string[];
  }[];
  return statements.flatMap(({ Resource = [], NotResource = [] }) => [Resource, NotResource].flat());
}

/**
 * What of a resource policies can tell: which of their patterns it fits. Two resources of one class get one verdict, so that a new object in a bucket is not a new question. Undefined where a
 * pattern has a variable, which only the simulator can fill.
 */
export function resourceClass(resource: string, patterns: readonly string[]): string | undefined {
  if (patterns.some((pattern) => pattern.includes('${'))) return undefined;
  return patterns.map((pattern) => (fits(resource, pattern) ? '1' : '0')).join('');
}

/** Whether a text fits a pattern of a policy. */
export function fits(text: string, pattern: string): boolean {
  return expression(pattern).test(text);
}

const known = new Map<string, RegExp>();

/** `*` is any text and `?` any character, everywhere in an ARN. */
function expression(pattern: string): RegExp {
  const found = known.get(pattern);
  if (found !== undefined) return found;
  const text = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  const made = new RegExp(`^${text}$`);
  known.set(pattern, made);
  return made;
}
