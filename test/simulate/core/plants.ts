import type { Plant } from '../plants.ts';

/** Defects of the pure core, each to be found by playing it alone: an invariant that does not hold within the first seeds. */
export const CORE_PLANTS: readonly Plant[] = [
  {
    name: 'core: a suspended subscription keeps its access',
    file: 'lib/mesh/access/compile.ts',
    out: '!isSuspended(subscription)',
    in: '!isSuspended({})',
  },
  {
    name: 'core: a suspended product keeps its subscribers',
    file: 'lib/mesh/access/compile.ts',
    out: '    !isSuspended(product) &&\n',
    in: '',
  },
  {
    name: 'core: what has ended goes on',
    file: 'lib/mesh/access/compile.ts',
    out: '    !hasEnded(subscription, now) &&\n',
    in: '',
  },
  {
    name: 'core: show what the clearance withholds',
    file: 'lib/mesh/access/clearance.ts',
    out: 'return sensitivity(column, table, ladder) <= ladder.indexOf(clearance);',
    in: 'return sensitivity(column, table, ladder) <= ladder.indexOf(clearance) + 1;',
  },
  {
    name: 'core: one is gone before anybody looked',
    file: 'lib/mesh/subscription/readiness.ts',
    out: 'const gone = governanceGrantsOk && around.remains !== undefined && isUnlinked(facts);',
    in: 'const gone = around.remains !== undefined;',
  },
  {
    name: 'core: a suspension is read back before it is',
    file: 'lib/mesh/subscription/readiness.ts',
    out: 'const gone = governanceGrantsOk && asked && isUnlinked(facts);',
    in: 'const gone = asked;',
  },
  {
    name: 'core: an intent keeps the number of the one before',
    file: 'lib/control/reconcile-outcome.ts',
    out: 'generation: Math.max(product.generation, (former?.generation ?? 0) + 1),',
    in: 'generation: former?.generation ?? product.generation,',
  },
  {
    name: 'core: a plan forgets what has to go',
    file: 'lib/mesh/plan/grants.ts',
    out: '...[...take, ...gone].map((grant)',
    in: '...[...take].map((grant)',
  },
];
