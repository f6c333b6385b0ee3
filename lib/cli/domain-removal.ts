import { userError } from '#mesh/error.ts';
import { type Holdings, type Obstacle, obstaclesOf } from '#mesh/topology/removal.ts';
import type { Connection } from './connection.ts';
import type { Io } from './io.ts';
import { everyPage, everyProduct, everySubscription } from './pages.ts';
import { renderTable } from './table.ts';

/**
 * Everything that the mesh holds, as its governance sees it: others see a part only.
 * @throws WeftError `WEFT-CLI-061` for a caller of another account.
 */
export async function holdingsOf(connection: Connection): Promise<Holdings> {
  if (connection.account !== connection.topology.governanceAccount) {
    throw userError('WEFT-CLI-061', 'only governance sees everything that a domain has', {
      hint: 'add --as governance/platform',
    });
  }
  const [products, subscriptions, { entitlements }] = await Promise.all([
    everyProduct(connection),
    everySubscription(connection),
    everyPage<Pick<Holdings, 'entitlements'>>(connection, '/entitlements'),
  ]);
  return { products, subscriptions, entitlements };
}

/**
 * Refuses to take a domain out while it has anything.
 * @throws WeftError `WEFT-CLI-062` with every obstacle and what to do about it, `WEFT-CLI-063` for a domain that the mesh does not have.
 */
export async function refuseLiveDomain(name: string, connection: Connection): Promise<void> {
  const known = connection.topology.domains.map((domain) => domain.name);
  if (!known.includes(name)) {
    throw userError('WEFT-CLI-063', `the mesh has no domain ${JSON.stringify(name)}`, {
      hint: `it has ${known.join(', ')}`,
    });
  }
  const obstacles = obstaclesOf(name, await holdingsOf(connection));
  if (obstacles.length === 0) return;
  throw userError('WEFT-CLI-062', `${name} still has ${obstacles.length} that somebody would lose`, {
    problems: obstacles.map(({ what, state, fix }) => ({
      code: 'WEFT-CLI-062',
      severity: 'error' as const,
      message: `${what} is ${state}`,
      fix,
    })),
    hint: 'end each of them first; what is left would be orphaned',
  });
}

/** The obstacles as a table. */
export function obstacleTable(io: Io, obstacles: readonly Obstacle[]): string {
  return renderTable(
    obstacles,
    [
      { title: 'domain', value: ({ domain }) => domain },
      { title: 'what', value: ({ what }) => what },
      { title: 'state', value: ({ state }) => state },
      { title: 'what to do', value: ({ fix }) => fix },
    ],
    io.columns,
  );
}
