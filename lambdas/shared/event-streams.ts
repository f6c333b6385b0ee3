import { WeftError } from '#mesh/error.ts';

/**
 * Stands in for the SDK's event streams in the bundles: no operation that a Lambda of the mesh calls answers one, and they would be a
 * thirtieth of each bundle.
 */
function refuse(): never {
  throw new WeftError('WEFT-LAMBDA-002', 'event streams are left out of the bundles of the Lambdas');
}

export const eventStreamSerdeProvider = refuse;
export const EventStreamSerde = refuse;

/** What a client does to its configuration when it is made: nothing, without event streams. */
export function resolveEventStreamSerdeConfig<T>(config: T): T {
  return config;
}
