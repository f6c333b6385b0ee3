import { decide } from '#control/decide.ts';
import { publish } from '#control/publish.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { domainRoleName, roleArn } from '#mesh/topology/names.ts';
import { accountOf, callerAs, TOPOLOGY } from '../../control/world.ts';
import { filesOf, VERSIONS } from '../contract.ts';
import type { Mesh } from '../mesh.ts';

/** One role gets some columns of a product, and more of them by a second subscription: each step is worked off before the next one. */
export async function overture(mesh: Mesh, worked: () => Promise<void>): Promise<void> {
  const [version] = VERSIONS;
  const consumer = 'finance';
  if (version === undefined) return;
  const by = (role: string) => ({ caller: callerAs(role, 'person-0'), correlation: mesh.correlation() });
  await publish(filesOf(version, 1), by(`${version.domain}/producer`), mesh.api);
  await worked();
  for (const clearance of ['public', 'internal']) {
    const principals = [roleArn(accountOf(consumer), domainRoleName(TOPOLOGY.mesh, consumer, 'analyst'))];
    const wish = { ...version, principals, purpose: 'simulated', clearance };
    const { subscription } = await requestSubscription(wish, by(`${consumer}/analyst`), mesh.api);
    if (subscription.state === 'pending')
      await decide(subscription.id, { decision: 'approve' }, by(`${version.domain}/steward`), mesh.api);
    await worked();
  }
}
