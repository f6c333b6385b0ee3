import { domainOfAccount } from '#mesh/topology/topology.ts';
import { type Check, ok, skipped, warning } from './check.ts';

/** Whom the domain of the account does not call for a while. */
export const BREAKER_CHECKS: readonly Check[] = [
  {
    id: 'breakers',
    about: 'circuit breakers',
    aws: true,
    mesh: true,
    look: async ({ aws, topology, identity, now }) => {
      if (aws === undefined || topology === undefined || identity === undefined) return skipped('nobody is known');
      const domain = domainOfAccount(topology, identity.account);
      if (domain === undefined) return ok('the account is of no domain, and has none');
      const { openBreakers, toldOf } = await import('../breakers.ts');
      const owner = { mesh: topology.mesh, domain: domain.name };
      const [consumers, sources] = [
        await openBreakers(aws, owner, 'consumer', now),
        await openBreakers(aws, owner, 'source', now),
      ];
      const open = [
        ...consumers.map((one) => `the consumer ${toldOf(one)}`),
        ...sources.map((one) => `the source ${toldOf(one)}`),
      ];
      return open.length === 0
        ? ok('none is open')
        : warning(open.join('; '), 'mend what it names: it closes by itself at the first call that goes through');
    },
  },
];
