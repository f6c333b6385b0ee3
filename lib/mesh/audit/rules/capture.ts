import { type AuditRules, CAPTURES, type Capture, matchesAny } from './rule.ts';

/**
 * How much of a query's text is kept, by the products (`<domain>/<product>`) that it read. For each product the first rule that names it counts. Of
 * several products the fullest counts: else a query could hide its text by touching one more product. Without a rule the text is kept.
 */
export function captureOf({ capture }: Pick<AuditRules, 'capture'>, products: readonly string[]): Capture {
  const said = products
    .map((product) => capture.find((rule) => matchesAny(rule.products, product))?.sql)
    .filter((sql) => sql !== undefined);
  return CAPTURES.find((level) => said.includes(level)) ?? 'text';
}
