import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { setOrganization } from '#local/core/organization.ts';
import { openInstance } from '#local/instance/instance.ts';
import type { Deployment } from './deployments.ts';
import { afterEachWrite } from './writes.ts';

/** Writes something, says so, and deploys an assembly; is killed after so many writes of the deployment, or tells how it went. */
const { folder, assembly, parameter, account, organization, accounts, writes } = JSON.parse(
  process.argv[2] ?? '{}',
) as Deployment;
const instance = await openInstance({ folder, port: 0, live: false });
for (const one of accounts) setOrganization(instance.cloud.store, one, organization);
const ssm = new SSMClient(instance.cloud.clientConfig(`arn:aws:iam::${account}:role/someone`));
await ssm.send(new PutParameterCommand({ Name: parameter, Type: 'String', Value: 'acknowledged' }));
process.send?.({ acknowledged: parameter });
let left = writes;
afterEachWrite(() => {
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
});
const { stacks } = await instance.deploy(assembly);
left = 0;
await instance.close();
process.send?.({
  wrong: stacks.flatMap(({ stack, error }) => (error === undefined ? [] : [`${stack}: ${error.message}`])),
});
