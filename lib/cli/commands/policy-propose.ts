import type { PolicySetRecord } from '#mesh/policy-set/policy-set.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { policyName, setInFolder, tellSet } from '../policy-sets.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { scope } = policyName(invocation.args[0] ?? '');
  const { files } = setInFolder(invocation, scope);
  const connection = await connect(invocation);
  const { set } = await connection.api<{ set: PolicySetRecord }>({
    method: 'POST',
    path: '/policies',
    body: { scope, files, reason: textOption(invocation, 'reason') },
  });
  tellSet(invocation, set);
}
