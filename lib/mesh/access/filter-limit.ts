import type { Problem } from '../error.ts';
import type { Grant } from './grant.ts';

/** Lake Formation's limit on data cells filters for one principal on one table. */
const FILTERS = 100;

/** A problem for each principal and table with more filters than Lake Formation takes. */
export function tooManyFilters(grants: readonly Grant[]): Problem[] {
  const filters = grants.filter(({ resource }) => resource.kind === 'filter');
  const places = Map.groupBy(filters, ({ principal, resource }) =>
    resource.kind === 'filter' ? `${principal} on ${resource.database}.${resource.table}` : '',
  );
  return [...places]
    .filter(([, own]) => own.length > FILTERS)
    .map(([place, own]) => ({
      code: 'WEFT-ACCESS-011',
      severity: 'error',
      message: `${own.length} row filters would be granted to ${place}, and Lake Formation takes ${FILTERS}`,
      fix: 'let several subscriptions share one filter, or give some of them every row',
    }));
}
