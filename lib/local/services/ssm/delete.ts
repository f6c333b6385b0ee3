import type { DeleteParametersRequest } from '@aws-sdk/client-ssm';
import type { Context } from '../../core/service.ts';
import { MOST_NAMES, notFound, tooLong } from './failure.ts';
import { remove } from './parameter.ts';

export function deleteParameter(input: { Name: string }, context: Context) {
  if (!remove(context, input.Name)) throw notFound();
  return {};
}

export function deleteParameters(input: DeleteParametersRequest, context: Context) {
  const names = [...new Set(input.Names ?? [])];
  if (names.length > MOST_NAMES) throw tooLong('names', MOST_NAMES);
  const DeletedParameters = names.filter((name) => remove(context, name));
  return { DeletedParameters, InvalidParameters: names.filter((name) => !DeletedParameters.includes(name)) };
}
