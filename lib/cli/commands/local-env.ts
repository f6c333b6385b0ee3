import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { localFolder, localKeys, runningLocal } from '../connection.ts';
import { principalArn, principalNames } from '../principal.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const folder = localFolder(invocation);
  const local = runningLocal(folder);
  if (local === undefined)
    throw userError('WEFT-CLI-001', `no mesh runs from ${folder}`, { hint: 'start one with: weft local up --detach' });
  const name = textOption(invocation, 'as') ?? invocation.io.env.WEFT_AS;
  if (name === undefined) {
    throw userError('WEFT-CLI-003', 'nobody is named', {
      hint: `--as one of ${principalNames(local.topology).join(', ')}`,
    });
  }
  const keys = await localKeys(local.endpoint, principalArn(name, local.topology), invocation.io.env.USER ?? 'me');
  const environment = {
    AWS_ENDPOINT_URL: local.endpoint,
    AWS_REGION: local.region,
    AWS_DEFAULT_REGION: local.region,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken,
    WEFT_AS: name,
  };
  if (invocation.json) invocation.io.out(`${JSON.stringify(environment)}\n`);
  else for (const [key, value] of Object.entries(environment)) invocation.io.out(`export ${key}='${value}'\n`);
}
