import type { DescribeParametersRequest, ParameterStringFilter } from '@aws-sdk/client-ssm';
import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import type { Context } from '../../core/service.ts';
import { paginate } from './paging.ts';
import { arnOf, listLatest, type Stored } from './parameter.ts';

const PAGE = 50;

export function describeParameters(input: DescribeParametersRequest, context: Context) {
  refuseOthers('ssm', 'DescribeParameters', input, new Set(['ParameterFilters', 'MaxResults', 'NextToken']));
  for (const [at, { Key = '' }] of (input.ParameterFilters ?? []).entries()) checkKey(Key, at + 1);
  const all = listLatest(context).filter((stored) =>
    (input.ParameterFilters ?? []).every((filter) => passes(stored, filter)),
  );
  const { page, NextToken } = paginate(all, input.MaxResults ?? PAGE, PAGE, input.NextToken);
  const Parameters = page.map(({ Value: _value, Tags: _tags, LastModifiedDate, ...rest }) => ({
    ...rest,
    ARN: arnOf(context, rest.Name),
    LastModifiedDate: new Date(LastModifiedDate),
    Policies: [],
  }));
  return { Parameters, NextToken };
}

/** What the service model allows as a key, whether it is modelled here or not. */
const KEYS = /^(tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType)$/;

function checkKey(key: string, at: number): void {
  if (KEYS.test(key)) return;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${key}' at 'parameterFilters.${at}.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType`,
  );
}

function passes(stored: Stored, filter: ParameterStringFilter): boolean {
  const values = filter.Values ?? [];
  const option = filter.Option ?? (filter.Key === 'Path' ? 'OneLevel' : 'Equals');
  if (filter.Key === 'Path') {
    return values.some((path) => {
      const prefix = path.endsWith('/') ? path : `${path}/`;
      const rest = stored.Name.slice(prefix.length);
      return stored.Name.startsWith(prefix) && (option === 'Recursive' || !rest.includes('/'));
    });
  }
  if (filter.Key === 'Name' || filter.Key === 'Type' || filter.Key === 'KeyId' || filter.Key === 'Tier') {
    const actual = stored[filter.Key] ?? '';
    if (option === 'Equals') return values.includes(actual);
    if (option === 'BeginsWith') return values.some((value) => actual.startsWith(value));
    if (option === 'Contains') return values.some((value) => actual.includes(value));
  }
  if (filter.Key?.startsWith('tag:') && option === 'Equals') {
    const tag = stored.Tags?.find(({ Key }) => `tag:${Key}` === filter.Key);
    return tag !== undefined && (values.length === 0 || values.includes(tag.Value ?? ''));
  }
  throw new AwsError('InvalidFilterKey', `weft local does not filter parameters by ${filter.Key} ${option}`);
}
