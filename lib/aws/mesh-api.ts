import { WeftError } from '#mesh/error.ts';
import { MOST_ENTRIES, wholeList } from '#mesh/page.ts';
import { createJsonCall } from './json-call.ts';
import { type Patience, persist } from './retry.ts';
import { awsError, createSigned, type Way } from './signed-request.ts';

/** The mesh's API, as a Lambda of another account calls it. */
export interface MeshApi {
  /** @throws WeftError with the code that the API answered, source `user`; an error of AWS's kind for everything else. */
  get<T>(path: string, query: Readonly<Record<string, string>>): Promise<T>;
  /** Every page of a list as one answer, without `next`. */
  list<T extends object>(path: string, query: Readonly<Record<string, string>>): Promise<T>;
  /** The same of a command; it may be sent again, so it has to be one that does no more the second time. */
  post<T>(path: string, body: object): Promise<T>;
}

interface ErrorBody {
  readonly error?: { readonly code: string; readonly message: string };
}

/** Signed calls of the API at an address that is asked for once. */
export function createMeshApi(way: Way, address: () => Promise<string>, patience: Patience): MeshApi {
  let known: Promise<string> | undefined;
  const once = async (path: string, { query, body }: { query?: Readonly<Record<string, string>>; body?: object }) => {
    known ??= address();
    const url = new URL(await known.catch(forget));
    const send = createSigned('execute-api', { ...way, endpoint: way.endpoint ?? url.origin });
    const answer = await send({
      method: body === undefined ? 'GET' : 'POST',
      path: `${url.pathname.replace(/\/$/, '')}${path}`,
      query,
      // Through another endpoint the API is still known by its own name.
      headers: { host: url.host, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? '' : JSON.stringify(body),
    });
    if (answer.status < 300) return JSON.parse(answer.text) as unknown;
    throw errorOf(answer.status, answer.text);
  };
  const forget = (error: unknown): never => {
    known = undefined;
    throw error;
  };
  const get = async <T>(path: string, query: Readonly<Record<string, string>>) =>
    (await persist(() => once(path, { query }), patience)) as T;
  return {
    get,
    list: <T extends object>(path: string, query: Readonly<Record<string, string>>) =>
      wholeList<T>((next) =>
        get(path, { ...query, limit: String(MOST_ENTRIES), ...(next === undefined ? {} : { next }) }),
      ),
    post: async <T>(path: string, body: object) => (await persist(() => once(path, { body }), patience)) as T,
  };
}

function errorOf(status: number, text: string): Error {
  const { error } = parse(text);
  if (error === undefined || status >= 500 || status === 429)
    return awsError(status === 429 ? 'TooManyRequestsException' : 'ApiError', text, status);
  return new WeftError(error.code, error.message, { source: 'user', details: { status } });
}

function parse(text: string): ErrorBody {
  try {
    return JSON.parse(text) as ErrorBody;
  } catch {
    return {};
  }
}

/**
 * Learns the API's address: it is made when the governance account is deployed and stands in a parameter there, which the domain reads with a
 * role of that account.
 */
export function createAddressReader(
  wayTo: (service: string) => Way,
  where: { readonly roleArn: string; readonly session: string; readonly parameter: string },
  patience: Patience,
): () => Promise<string> {
  return async () => {
    const credentials = await assume(wayTo('sts'), where.roleArn, where.session, patience);
    const call = createJsonCall('ssm', 'AmazonSSM', { ...wayTo('ssm'), credentials }, patience);
    const answer = (await call('GetParameter', { Name: where.parameter })) as { Parameter: { Value: string } };
    return answer.Parameter.Value;
  };
}

interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

async function assume(way: Way, roleArn: string, session: string, patience: Patience): Promise<SessionKeys> {
  const send = createSigned('sts', way);
  const form = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: session,
    DurationSeconds: '900',
  });
  const once = async (): Promise<SessionKeys> => {
    const { status, text } = await send({
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    });
    const member = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1] ?? '';
    if (status >= 300) throw awsError(member('Code') || 'Unknown', member('Message') || `status ${status}`, status);
    return {
      accessKeyId: member('AccessKeyId'),
      secretAccessKey: member('SecretAccessKey'),
      sessionToken: member('SessionToken'),
    };
  };
  return persist(once, patience);
}
