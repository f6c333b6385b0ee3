import { userError } from '#mesh/error.ts';
import type { DeadLetter } from '#mesh/event/dead-letter.ts';
import { deadLettersName, domainBusName, meshBusName } from '#mesh/topology/names.ts';
import { domainOfAccount } from '#mesh/topology/topology.ts';
import { askFunction } from './ask-function.ts';
import type { Connection } from './connection.ts';
import type { Io } from './io.ts';
import { spanOf, UNITS } from './span.ts';
import { renderTable } from './table.ts';

/**
 * The bus and the Lambda for what was not delivered of the caller's account.
 * @throws WeftError `WEFT-CLI-080` for an account that has none.
 */
export function eventPlace({ topology, account }: Connection): { bus: string; deadLetters: string } {
  const { mesh, governanceAccount } = topology;
  if (account === governanceAccount) return { bus: meshBusName(mesh), deadLetters: deadLettersName(mesh) };
  const domain = domainOfAccount(topology, account);
  if (domain === undefined) {
    throw userError('WEFT-CLI-080', `account ${account} has no bus of mesh ${mesh}`, {
      hint: 'ask as governance/platform, or as a steward or producer of a domain',
    });
  }
  return { bus: domainBusName(mesh, domain.name), deadLetters: deadLettersName(mesh, domain.name) };
}

/** Asks the account's own Lambda; what it refuses is thrown as the error that it carries. */
export function askDeadLetters<T>(connection: Connection, wish: object): Promise<T> {
  return askFunction(connection, eventPlace(connection).deadLetters, wish);
}

export function letterTable(io: Io, letters: readonly DeadLetter[], now: number): string {
  return renderTable(
    letters,
    [
      { title: 'queue', value: (letter) => letter.queue },
      { title: 'id', value: (letter) => letter.id, whole: true },
      { title: 'age', value: (letter) => age(now - Date.parse(letter.at)) },
      { title: 'what', value: (letter) => letter.what },
      { title: 'why', value: (letter) => letter.why },
      { title: 'goes to', value: (letter) => letter.to ?? 'nowhere: the sweep does it again' },
    ],
    io.columns,
  );
}

function age(milliseconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => milliseconds >= size) ?? ['s', 1000];
  return `${Math.max(0, Math.floor(milliseconds / size))}${unit}`;
}

/**
 * A time as ISO 8601, or as a span before now, e.g. `15m`.
 * @throws WeftError `WEFT-CLI-082`.
 */
export function timeOf(written: string, now: number): Date {
  const span = spanOf(written);
  const time = span === undefined ? new Date(written) : new Date(now - span);
  if (Number.isNaN(time.getTime()) || (span === undefined && !/^\d{4}-\d{2}/.test(written))) {
    throw userError('WEFT-CLI-082', `${JSON.stringify(written)} is not a time`, {
      hint: 'ISO 8601, e.g. 2030-01-31T12:00:00Z, or a span before now: 15m, 2h, 3d',
    });
  }
  return time;
}
