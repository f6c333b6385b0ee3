import type {
  DeleteParametersRequest,
  DescribeParametersRequest,
  GetParametersByPathRequest,
  GetParametersRequest,
  ParameterStringFilter,
  PutParameterRequest,
} from '@aws-sdk/client-ssm';
import { jsonCodec } from '../core/codecs.ts';
import { AwsError } from '../core/error.ts';
import { refuseOthers } from '../core/members.ts';
import type { Context, Operations, Service } from '../core/service.ts';

interface Stored {
  readonly Name: string;
  readonly Type: string;
  readonly Value: string;
  readonly Version: number;
  readonly LastModifiedDate: number;
  readonly LastModifiedUser: string;
  readonly Description?: string;
  readonly AllowedPattern?: string;
  readonly KeyId?: string;
  readonly Tier: string;
  readonly DataType: string;
  readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[];
}

interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

const STANDARD_BYTES = 4096;
const ADVANCED_BYTES = 8192;
const PAGE_OF_VALUES = 10;
const PAGE_OF_DESCRIPTIONS = 50;
const NAME = /^\/?[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/;

const PUT_MEMBERS = new Set([
  'Name',
  'Value',
  'Type',
  'Description',
  'Overwrite',
  'AllowedPattern',
  'Tags',
  'Tier',
  'KeyId',
  'DataType',
]);

/** AWS Systems Manager Parameter Store. A SecureString is kept as given: encryption at rest is not observable through the API. */
export class SsmService implements Service {
  readonly signingName = 'ssm';
  readonly codec = jsonCodec('1.1');

  readonly operations: Operations = {
    PutParameter: { run: put, resources: (input: { Name: string }, context) => [arnOf(context, input.Name)] },
    GetParameter: {
      resources: (input: { Name: string }, context) => [arnOf(context, input.Name)],
      run: (input: { Name: string }, context: Context) => {
        const found = find(context, input.Name);
        if (found === undefined) throw notFound();
        return { Parameter: describeValue(context, found) };
      },
    },
    GetParameters: {
      resources: (input: { Names: string[] }, context) => input.Names.map((name) => arnOf(context, name)),
      run: (input: GetParametersRequest, context: Context) => {
        const names = input.Names ?? [];
        if (names.length > 10) throw tooLong('names', 10);
        const Parameters = [];
        const InvalidParameters = [];
        for (const name of new Set(names)) {
          const found = find(context, name);
          if (found === undefined) InvalidParameters.push(name);
          else Parameters.push(describeValue(context, found));
        }
        return { Parameters, InvalidParameters };
      },
    },
    GetParametersByPath: { run: byPath, resources: (input: { Path: string }, context) => [arnOf(context, input.Path)] },
    DescribeParameters: { run: describe },
    DeleteParameter: {
      resources: (input: { Name: string }, context) => [arnOf(context, input.Name)],
      run: (input: { Name: string }, context: Context) => {
        if (!remove(context, input.Name)) throw notFound();
        return {};
      },
    },
    DeleteParameters: {
      resources: (input: { Names: string[] }, context) => input.Names.map((name) => arnOf(context, name)),
      run: (input: DeleteParametersRequest, context: Context) => {
        const names = [...new Set(input.Names ?? [])];
        if (names.length > 10) throw tooLong('names', 10);
        const DeletedParameters = names.filter((name) => remove(context, name));
        return { DeletedParameters, InvalidParameters: names.filter((name) => !DeletedParameters.includes(name)) };
      },
    },
    AddTagsToResource: {
      run: (input: { ResourceId: string; ResourceType: string; Tags: Tag[] }, context: Context) => {
        const kept = (tags: readonly Tag[]) => tags.filter(({ Key }) => !input.Tags.some((tag) => tag.Key === Key));
        return retag(context, input, (tags) => [...kept(tags), ...input.Tags]);
      },
    },
    RemoveTagsFromResource: {
      run: (input: { ResourceId: string; ResourceType: string; TagKeys: string[] }, context: Context) =>
        retag(context, input, (tags) => tags.filter(({ Key }) => !input.TagKeys.includes(Key ?? ''))),
    },
    ListTagsForResource: {
      run: (input: { ResourceId: string; ResourceType: string }, context: Context) => ({
        TagList: latest(context, parameterOf(input)).Tags ?? [],
      }),
    },
  };
}

function put(input: PutParameterRequest, context: Context) {
  refuseOthers('ssm', 'PutParameter', input, PUT_MEMBERS);
  const name = input.Name ?? '';
  if (!NAME.test(name) || /^\/?(aws|ssm)/i.test(name)) {
    throw new AwsError(
      'ValidationException',
      `Parameter name: can't be prefixed with "ssm" or "aws" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`,
    );
  }
  const value = input.Value ?? '';
  const tier = input.Tier ?? 'Standard';
  const most = tier === 'Standard' ? STANDARD_BYTES : ADVANCED_BYTES;
  if (Buffer.byteLength(value) > most) {
    throw new AwsError('ValidationException', `Value exceeds the maximum of ${most} characters for the ${tier} tier`);
  }
  const before = context.cloud.store.get<Stored>(latestNamespace(context), name);
  if (before !== undefined && input.Overwrite !== true) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const type = input.Type ?? before?.Type;
  if (type === undefined) {
    throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
  }
  if (input.Overwrite === true && input.Tags !== undefined) {
    throw new AwsError(
      'ValidationException',
      'Invalid request: tags and overwrite can’t be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.',
    );
  }
  if (input.AllowedPattern !== undefined && !new RegExp(`^(?:${input.AllowedPattern})$`).test(value)) {
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${input.AllowedPattern}`,
    );
  }
  const stored: Stored = {
    Name: name,
    Type: type,
    Value: value,
    Version: (before?.Version ?? 0) + 1,
    LastModifiedDate: context.now,
    LastModifiedUser: context.caller.arn,
    Description: input.Description ?? before?.Description,
    AllowedPattern: input.AllowedPattern,
    KeyId: type === 'SecureString' ? (input.KeyId ?? 'alias/aws/ssm') : undefined,
    Tier: tier,
    DataType: input.DataType ?? 'text',
    Tags: input.Tags ?? before?.Tags,
  };
  context.cloud.store.transaction(() => {
    context.cloud.store.put(latestNamespace(context), name, stored);
    context.cloud.store.put(versionNamespace(context), versionKey(name, stored.Version), stored);
  });
  return { Version: stored.Version, Tier: tier };
}

function byPath(input: GetParametersByPathRequest, context: Context) {
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
  const below = context.cloud.store
    .list<Stored>(latestNamespace(context), prefix)
    .map(({ value }) => value)
    .filter(({ Name }) => input.Recursive === true || !Name.slice(prefix.length).includes('/'));
  const { page, NextToken } = paginate(below, input.MaxResults ?? PAGE_OF_VALUES, PAGE_OF_VALUES, input.NextToken);
  return { Parameters: page.map((stored) => describeValue(context, stored)), NextToken };
}

function describe(input: DescribeParametersRequest, context: Context) {
  refuseOthers('ssm', 'DescribeParameters', input, new Set(['ParameterFilters', 'MaxResults', 'NextToken']));
  const all = context.cloud.store
    .list<Stored>(latestNamespace(context))
    .map(({ value }) => value)
    .filter((stored) => (input.ParameterFilters ?? []).every((filter) => passes(stored, filter)));
  const { page, NextToken } = paginate(
    all,
    input.MaxResults ?? PAGE_OF_DESCRIPTIONS,
    PAGE_OF_DESCRIPTIONS,
    input.NextToken,
  );
  const Parameters = page.map(({ Value: _value, Tags: _tags, LastModifiedDate, ...rest }) => ({
    ...rest,
    ARN: arnOf(context, rest.Name),
    LastModifiedDate: new Date(LastModifiedDate),
    Policies: [],
  }));
  return { Parameters, NextToken };
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

/** A name may carry `:<version>`, and may be an ARN. */
function find(context: Context, reference: string): (Stored & { readonly Selector?: string }) | undefined {
  const name = reference.startsWith('arn:') ? reference.slice(reference.indexOf(':parameter') + 10) : reference;
  const [, base = '', version] = /^(.*?)(?::(\d+))?$/.exec(name) ?? [];
  if (version === undefined) return latestOrNone(context, base);
  const found = context.cloud.store.get<Stored>(versionNamespace(context), versionKey(base, Number(version)));
  if (found === undefined && latestOrNone(context, base) !== undefined) {
    throw new AwsError(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${version} of ${base}. Verify the version and try again.`,
    );
  }
  return found === undefined ? undefined : { ...found, Selector: `:${version}` };
}

function latestOrNone(context: Context, name: string): Stored | undefined {
  const { store } = context.cloud;
  // An ARN has one slash between `parameter` and the name, whether the name begins with one or not.
  return (
    store.get<Stored>(latestNamespace(context), name) ?? store.get<Stored>(latestNamespace(context), name.slice(1))
  );
}

function latest(context: Context, name: string): Stored {
  const found = latestOrNone(context, name);
  if (found === undefined) throw new AwsError('InvalidResourceId', 'The resource ID is not valid.');
  return found;
}

function remove(context: Context, name: string): boolean {
  const { store } = context.cloud;
  return store.transaction(() => {
    for (const { key } of store.list(versionNamespace(context), `${name}\u0001`)) {
      store.delete(versionNamespace(context), key);
    }
    return store.delete(latestNamespace(context), name);
  });
}

function retag(
  context: Context,
  input: { ResourceId: string; ResourceType: string },
  change: (tags: readonly Tag[]) => Tag[],
) {
  const stored = latest(context, parameterOf(input));
  context.cloud.store.put(latestNamespace(context), stored.Name, { ...stored, Tags: change(stored.Tags ?? []) });
  return {};
}

function parameterOf(input: { ResourceId: string; ResourceType: string }): string {
  if (input.ResourceType === 'Parameter') return input.ResourceId;
  throw new AwsError('InvalidResourceType', 'The resource type is not valid.');
}

function describeValue(context: Context, stored: Stored & { readonly Selector?: string }) {
  return {
    Name: stored.Name,
    Type: stored.Type,
    Value: stored.Value,
    Version: stored.Version,
    Selector: stored.Selector,
    LastModifiedDate: new Date(stored.LastModifiedDate),
    ARN: arnOf(context, stored.Name),
    DataType: stored.DataType,
  };
}

function paginate<T>(all: readonly T[], size: number, most: number, token: string | undefined) {
  if (size < 1 || size > most) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${size}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to ${most}`,
    );
  }
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start)) throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  const end = start + size;
  return { page: all.slice(start, end), NextToken: end < all.length ? String(end) : undefined };
}

function arnOf({ region, account }: Context, name: string): string {
  if (name.startsWith('arn:')) return name;
  return `arn:aws:ssm:${region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

const latestNamespace = ({ account, region }: Context) => `ssm/${account}/${region}/parameter`;
const versionNamespace = ({ account, region }: Context) => `ssm/${account}/${region}/version`;
const versionKey = (name: string, version: number) => `${name}\u0001${String(version).padStart(10, '0')}`;

function notFound(): AwsError {
  return new AwsError('ParameterNotFound', '');
}

function tooLong(member: string, most: number): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
  );
}
