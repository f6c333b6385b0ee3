import type { Problem } from '../error.ts';
import { rowsSource } from '../topology/names.ts';
import { isObject } from './check.ts';
import type { Envelope } from './envelope.ts';

/** The type of what the event port answers on the domain's own bus when it cannot take a `RowsChanged`. */
export const ROWS_REFUSED = 'RowsRefused';

/** Why a `RowsChanged` reached nobody; it never holds a value of a row. */
export interface RowsRefused {
  /** The id of the event that was refused. */
  readonly refused: string;
  readonly problems: readonly Problem[];
}

export type RowsRefusedEvent = Envelope<typeof ROWS_REFUSED, RowsRefused>;

/** The answer to a `detail` that was refused, whatever it is. */
export function rowsRefused(
  detail: unknown,
  problems: readonly Problem[],
  { domain, time }: { readonly domain: string; readonly time: string },
): RowsRefusedEvent {
  const said = isObject(detail) ? detail : {};
  const refused = typeof said.id === 'string' && said.id !== '' ? said.id : 'unknown';
  const product = isObject(said.data) && typeof said.data.product === 'string' ? said.data.product : 'unknown';
  return {
    specversion: '1.0',
    id: `${refused}.refused`,
    source: rowsSource(domain),
    type: ROWS_REFUSED,
    subject: `${domain}/${product}`,
    time,
    datacontenttype: 'application/json',
    data: { refused, problems, audience: [] },
  };
}
