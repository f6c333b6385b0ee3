import type { STSClient } from '@aws-sdk/client-sts';
import { userError, WeftError } from '#mesh/error.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { type ApiCall, callApi, type Keys } from './api.ts';
import { type Invocation, textOption } from './command.ts';
import { type LocalMesh, localFolder, runningLocal } from './local-folder.ts';
import { principalArn, principalNames } from './principal.ts';

export { type LocalMesh, localFolder, runningLocal } from './local-folder.ts';

/** A mesh that a command speaks to, as one principal. The same against AWS and against `weft local`. */
export interface Connection {
  readonly region: string;
  readonly topology: Topology;
  /** Account of the caller. */
  readonly account: string;
  /** ARN of the caller's role. */
  readonly principal: string;
  /** For AWS SDK clients. */
  readonly client: { readonly region: string; readonly credentials: Keys; readonly endpoint?: string };
  /** Calls the governance API; an error answer is thrown as the WeftError that it carries. */
  api<T>(call: ApiCall): Promise<T>;
}

/**
 * Connects to the mesh of `WEFT_API_URL`, or to the local one that runs from the folder.
 * @throws WeftError `WEFT-CLI-001` when there is no mesh, `WEFT-CLI-003` when nobody says who calls.
 */
export async function connect(invocation: Invocation): Promise<Connection> {
  const { env } = invocation.io;
  if (env.WEFT_API_URL !== undefined) return connectToAws(invocation, env.WEFT_API_URL);
  const local = runningLocal(localFolder(invocation));
  if (local === undefined) {
    throw userError(
      'WEFT-CLI-001',
      `no mesh: nothing runs from ${localFolder(invocation)} and WEFT_API_URL is not set`,
      {
        hint: 'start one with: weft local up --detach',
      },
    );
  }
  if (local.apiUrl === undefined) {
    throw userError('WEFT-CLI-026', `the mesh of ${localFolder(invocation)} is still coming up`, {
      hint: 'wait until weft local up says that it is up',
    });
  }
  return connectToLocal(invocation, local);
}

async function connectToLocal(invocation: Invocation, local: LocalMesh): Promise<Connection> {
  const name = textOption(invocation, 'as') ?? invocation.io.env.WEFT_AS;
  if (name === undefined) {
    throw userError('WEFT-CLI-003', 'nobody is named: a mesh answers principals', {
      hint: `add --as or set WEFT_AS, to one of ${principalNames(local.topology).join(', ')}`,
    });
  }
  return connectAs(name, local, invocation.io.env.USER ?? 'me');
}

/** A local mesh as one principal, `<domain>/<role>`, `governance/<role>` or a role ARN, sees it. */
export async function connectAs(
  name: string,
  { topology, endpoint, region, apiUrl }: LocalMesh,
  sessionName: string,
): Promise<Connection> {
  const arn = principalArn(name, topology);
  const credentials = await localKeys(endpoint, arn, sessionName);
  return connection(topology, arn, apiUrl, { region, credentials, endpoint });
}

/** Keys for a principal of a local mesh, from the mesh itself. */
export async function localKeys(endpoint: string, arn: string, sessionName: string): Promise<Keys> {
  const response = await fetch(`${endpoint}/_weft/credentials`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ arn, sessionName }),
  });
  if (!response.ok)
    throw new WeftError('WEFT-CLI-004', `the local mesh gives no keys for ${arn}: ${await response.text()}`);
  const { accessKeyId, secretAccessKey, sessionToken } = (await response.json()) as Keys;
  return { accessKeyId, secretAccessKey, sessionToken };
}

async function connectToAws(invocation: Invocation, apiUrl: string): Promise<Connection> {
  const region =
    invocation.io.env.AWS_REGION ?? /execute-api\.([a-z0-9-]+)\.amazonaws/.exec(apiUrl)?.[1] ?? 'us-east-1';
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const own = new STSClient({ region });
  const role = textOption(invocation, 'as') ?? invocation.io.env.WEFT_AS;
  let credentials = (await own.config.credentials()) as Keys;
  if (role !== undefined && !role.startsWith('arn:')) {
    const mesh = await callApi<{ topology: Topology }>(
      { apiUrl, region, credentials },
      { method: 'GET', path: '/mesh' },
    );
    credentials = await assume(own, principalArn(role, mesh.topology));
  } else if (role !== undefined) {
    credentials = await assume(own, role);
  }
  const identity = await new STSClient({ region, credentials }).send(new GetCallerIdentityCommand({}));
  const { topology } = await callApi<{ topology: Topology }>(
    { apiUrl, region, credentials },
    { method: 'GET', path: '/mesh' },
  );
  return connection(topology, identity.Arn ?? '', apiUrl, { region, credentials });
}

async function assume(sts: STSClient, arn: string): Promise<Keys> {
  const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
  const { Credentials: keys } = await sts.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'weft' }));
  if (keys?.AccessKeyId === undefined || keys.SecretAccessKey === undefined) {
    throw new WeftError('WEFT-CLI-005', `STS gave no keys for ${arn}`);
  }
  return { accessKeyId: keys.AccessKeyId, secretAccessKey: keys.SecretAccessKey, sessionToken: keys.SessionToken };
}

function connection(topology: Topology, principal: string, apiUrl: string, client: Connection['client']): Connection {
  return {
    region: client.region,
    topology,
    account: /::(\d{12}):/.exec(principal)?.[1] ?? '',
    principal,
    client,
    api: (call) => callApi({ apiUrl, region: client.region, credentials: client.credentials }, call),
  };
}
