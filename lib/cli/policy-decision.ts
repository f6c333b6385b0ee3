import { userError } from '#mesh/error.ts';
import type { PolicySetRecord } from '#mesh/policy-set/policy-set.ts';
import { type Invocation, textOption } from './command.ts';
import { connect } from './connection.ts';
import { policyName, scopeStatus, tellSet } from './policy-sets.ts';

/**
 * Says yes or no to a proposal: to the version named, or to the one that is open.
 * @throws WeftError `WEFT-CLI-043` when nothing is proposed.
 */
export async function decideSet(invocation: Invocation, decision: 'approve' | 'reject'): Promise<undefined> {
  const { scope, version } = policyName(invocation.args[0] ?? '');
  const connection = await connect(invocation);
  const digest = version ?? (await scopeStatus(connection, scope)).proposed?.digest;
  if (digest === undefined) {
    throw userError('WEFT-CLI-043', `nothing is proposed for \`${scope}\``, { hint: 'see: weft policy list' });
  }
  const { set } = await connection.api<{ set: PolicySetRecord }>({
    method: 'POST',
    path: `/policies/${scope}/${digest}/decision`,
    body: { decision, reason: textOption(invocation, 'reason') },
  });
  tellSet(invocation, set);
}
