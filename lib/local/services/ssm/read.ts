import { createHash } from 'node:crypto';
import type { GetParameterRequest, GetParametersByPathRequest, GetParametersRequest } from '@aws-sdk/client-ssm';
import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import type { Context } from '../../core/service.ts';
import { MOST_NAMES, notFound, tooLong } from './failure.ts';
import { paginate } from './paging.ts';
import { arnOf, find, listLatest, type Stored } from './parameter.ts';

const PAGE = 10;

export function getParameter(input: GetParameterRequest, context: Context) {
  const found = find(context, input.Name ?? '');
  if (found === undefined) throw notFound();
  return { Parameter: describeValue(context, found, input.WithDecryption) };
}

export function getParameters(input: GetParametersRequest, context: Context) {
  const names = input.Names ?? [];
  if (names.length > MOST_NAMES) throw tooLong('names', MOST_NAMES);
  const Parameters = [];
  const InvalidParameters = [];
  for (const name of new Set(names)) {
    const found = find(context, name);
    if (found === undefined) InvalidParameters.push(name);
    else Parameters.push(describeValue(context, found, input.WithDecryption));
  }
  return { Parameters, InvalidParameters };
}

export function getParametersByPath(input: GetParametersByPathRequest, context: Context) {
  refuseOthers(
    'ssm',
    'GetParametersByPath',
    input,
    new Set(['Path', 'Recursive', 'MaxResults', 'NextToken', 'WithDecryption']),
  );
  const path = input.Path ?? '';
  if (!path.startsWith('/')) {
    throw new AwsError(
      'ValidationException',
      `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/".`,
    );
  }
  const prefix = path.endsWith('/') ? path : `${path}/`;
  const below = listLatest(context, prefix).filter(
    ({ Name }) => input.Recursive === true || !Name.slice(prefix.length).includes('/'),
  );
  const { page, NextToken } = paginate(below, input.MaxResults ?? PAGE, PAGE, input.NextToken);
  return { Parameters: page.map((stored) => describeValue(context, stored, input.WithDecryption)), NextToken };
}

function describeValue(context: Context, stored: Stored & { readonly Selector?: string }, decrypt = false) {
  return {
    Name: stored.Name,
    Type: stored.Type,
    Value: stored.Type === 'SecureString' && !decrypt ? sealed(stored) : stored.Value,
    Version: stored.Version,
    Selector: stored.Selector,
    LastModifiedDate: new Date(stored.LastModifiedDate),
    ARN: arnOf(context, stored.Name),
    DataType: stored.DataType,
  };
}

/** Stands for the encrypted bytes that are answered to who does not ask for decryption. */
function sealed({ Name, Version, Value }: Stored): string {
  return createHash('sha512')
    .update(JSON.stringify([Name, Version, Value]))
    .digest('base64');
}
