import type { Place } from './rule.ts';

/** Where the templates of rules that pass and fail are deployed: the account of a domain of a small mesh. */
export const EXAMPLE: Place = {
  account: '210000000011',
  topology: {
    mesh: 'aviation',
    region: 'us-east-1',
    organization: 'o-weftdemo01',
    governanceAccount: '210000000001',
    auditAccount: '210000000001',
    classification: ['public'],
    crossAccountVersion: '4',
    domains: ['x', 'y'].map((name, index) => ({ name, account: `21000000001${index + 1}`, owners: [], contact: '' })),
  },
};
