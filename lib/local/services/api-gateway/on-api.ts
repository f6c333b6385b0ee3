import type { Context, Operation } from '../../core/service.ts';
import { findApi, notFound, type StoredApi } from './model.ts';

/** An operation on one API of the caller's account. @throws AwsError `NotFoundException`. */
export function onApi<I extends { readonly restApiId: string }>(
  run: (api: StoredApi, input: I, context: Context) => unknown,
): Operation<I> {
  return {
    resources: (input, { region }) => [`arn:aws:apigateway:${region}::/restapis/${input.restApiId}`],
    run: (input, context) => {
      const api = findApi(context.cloud.store, input.restApiId);
      if (api === undefined || api.account !== context.account) throw notFound('API');
      return run(api, input, context);
    },
  };
}
