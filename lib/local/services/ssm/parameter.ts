import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';

/** One version of a parameter. */
export interface Stored {
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
  readonly Tags?: readonly Tag[];
}

/** A tag of a parameter. */
export interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

const latestNamespace = ({ account, region }: Context) => `ssm/${account}/${region}/parameter`;
const versionNamespace = ({ account, region }: Context) => `ssm/${account}/${region}/version`;
const versionKey = (name: string, version: number) => `${name}\u0001${String(version).padStart(10, '0')}`;

/** Keeps a version as the latest one, and by its number. */
export function save(context: Context, stored: Stored): void {
  const { store } = context.cloud;
  store.transaction(() => {
    store.put(latestNamespace(context), stored.Name, stored);
    store.put(versionNamespace(context), versionKey(stored.Name, stored.Version), stored);
  });
}

/** The latest version of the parameter with exactly that name. */
export function latestNamed(context: Context, name: string): Stored | undefined {
  return context.cloud.store.get<Stored>(latestNamespace(context), name);
}

/** Changes what the latest version carries without making another. */
export function saveLatest(context: Context, stored: Stored): void {
  context.cloud.store.put(latestNamespace(context), stored.Name, stored);
}

/** The latest versions of the parameters whose name begins with `prefix`. */
export function listLatest(context: Context, prefix = ''): Stored[] {
  return context.cloud.store.list<Stored>(latestNamespace(context), prefix).map(({ value }) => value);
}

/** A name may carry `:<version>`, and may be an ARN. */
export function find(context: Context, reference: string): (Stored & { readonly Selector?: string }) | undefined {
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
  // An ARN has one slash between `parameter` and the name, whether the name begins with one or not.
  return latestNamed(context, name) ?? latestNamed(context, name.slice(1));
}

/** @throws AwsError `InvalidResourceId`. */
export function latest(context: Context, name: string): Stored {
  const found = latestOrNone(context, name);
  if (found === undefined) throw new AwsError('InvalidResourceId', 'The resource ID is not valid.');
  return found;
}

/** Removes every version of a parameter; false when there is none. */
export function remove(context: Context, name: string): boolean {
  const { store } = context.cloud;
  return store.transaction(() => {
    for (const { key } of store.list(versionNamespace(context), `${name}\u0001`)) {
      store.delete(versionNamespace(context), key);
    }
    return store.delete(latestNamespace(context), name);
  });
}

export function arnOf({ region, account }: Context, name: string): string {
  if (name.startsWith('arn:')) return name;
  return `arn:aws:ssm:${region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}
