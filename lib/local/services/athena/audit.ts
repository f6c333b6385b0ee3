import { randomUUID } from 'node:crypto';
import type { Cloud } from '../../core/cloud.ts';
import type { Caller } from '../../core/service.ts';
import { identityOf } from '../cloudtrail/record.ts';
import { settingsOf } from '../lake-formation/settings.ts';
import { objectReads } from './object-reads.ts';
import type { Read } from './plan.ts';

interface Trail {
  record(account: string, record: Readonly<Record<string, unknown>>, object?: string): unknown;
}

/**
 * Records `GetDataAccess`, as Lake Formation does when it vends a credential: once for each table of a query, in the reader's account as its session, with a copy for
 * the owner as its account, which names the reader's role only when the reader's account trusts that owner (`TrustedResourceOwners`). A cloud without CloudTrail records nothing.
 */
export function recordReads(cloud: Cloud, asker: Caller, queryId: string, reads: readonly Read[]): void {
  const trail: unknown = cloud.serviceNamed('cloudtrail');
  if (!isTrail(trail)) return;
  for (const [index, read] of reads.entries()) {
    const { owner, governed, as } = read;
    if (!governed) continue;
    // What a view reads is read as its definer, and recorded where that lives.
    const caller = as ?? asker;
    const vended = `AWSLF-00-AT-${caller.account}-${queryId.slice(0, 8)}${index.toString(36)}`;
    const event = {
      eventSource: 'lakeformation.amazonaws.com',
      eventName: 'GetDataAccess',
      readOnly: true,
      sourceIPAddress: 'athena.amazonaws.com',
      userAgent: 'athena.amazonaws.com',
      requestID: queryId,
      sharedEventID: `${queryId.slice(0, -4)}${index.toString(16).padStart(4, '0')}`,
      requestParameters: {
        tableArn: `arn:aws:glue:${cloud.region}:${owner.catalogId}:table/${owner.database}/${owner.table}`,
        permissions: ['SELECT'],
        durationSeconds: 3600,
        auditContext: { additionalAuditContext: `{queryId: ${queryId}}` },
        cellLevelSecurityEnforced: true,
      },
      responseElements: null,
    };
    const additional = {
      requesterService: 'ATHENA',
      lakeFormationPrincipal: caller.roleArn ?? caller.arn,
      lakeFormationRoleSessionName: vended,
    };
    const session = caller.sessionName === undefined ? '' : `:${caller.sessionName}`;
    const foreign = { type: 'AWSAccount', principalId: `${caller.principalId}${session}`, accountId: caller.account };
    const userIdentity = { ...identityOf(caller), invokedBy: 'athena.amazonaws.com' };
    trail.record(caller.account, { ...event, userIdentity, additionalEventData: additional });
    for (const { accounts, event: got, object } of objectReads(cloud, read, caller, vended)) {
      const sharedEventID = randomUUID();
      for (const account of accounts) trail.record(account, { ...got, sharedEventID }, object);
    }
    if (owner.catalogId === caller.account) continue;
    const { lakeFormationPrincipal: _, ...anonymous } = additional;
    const trusted = settingsOf(cloud, caller.account).TrustedResourceOwners.includes(owner.catalogId);
    trail.record(owner.catalogId, {
      ...event,
      userIdentity: foreign,
      additionalEventData: trusted ? additional : anonymous,
    });
  }
}

function isTrail(service: unknown): service is Trail {
  return typeof service === 'object' && service !== null && 'record' in service && typeof service.record === 'function';
}
