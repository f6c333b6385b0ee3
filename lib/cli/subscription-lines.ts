import type { Grant } from '#mesh/access/grant.ts';
import { missingApprovals } from '#mesh/subscription/approval.ts';
import type { Approval, RevocationProof, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { scopeText, stateOf } from './subscriptions.ts';

/** A subscription for people, line by line. */
export function describeSubscription(subscription: SubscriptionRecord): string[] {
  const { id, consumer, account, principals, wholeAccount, purpose, requestedBy, renewal, status } = subscription;
  const whom = wholeAccount === true ? `the whole account ${account}` : principals.join(', ');
  const rows: [string, string | undefined][] = [
    ['subscription', id],
    ['state', stateOf(subscription)],
    ['because', subscription.endedFor],
    ['for', `${consumer}: ${whom}`],
    ['purpose', purpose],
    ['requested by', requestedBy],
    ['requested', scopeText(subscription.requested)],
    ['left of it', subscription.narrowed && scopeText(subscription.narrowed)],
    ['approved', subscription.approved && scopeText(subscription.approved)],
    ...(subscription.approvals ?? []).map((one): [string, string] => ['approved by', approvalText(one)]),
    ['decided by', (subscription.approvals ?? []).length === 0 ? subscription.decidedBy : undefined],
    ['waits for', subscription.state === 'pending' ? missingApprovals(subscription).join(', ') : undefined],
    ['ends', subscription.expiresAt],
    ['certify by', subscription.recertifyBy],
    ['suspended by', subscription.suspensions?.map(({ side }) => side).join(' and ')],
  ];
  if (renewal !== undefined) {
    rows.push(['renewal', `until ${renewal.until ?? 'certified again'}, asked by ${renewal.requestedBy}`]);
    rows.push(...renewal.approvals.map((one): [string, string] => ['approved by', approvalText(one)]));
    rows.push(['waits for', missingApprovals(renewal).join(', ')]);
  }
  for (const { type, status: value, reason, message } of status.conditions) {
    rows.push([type, `${value}: ${reason}${message === undefined ? '' : `, ${message}`}`]);
  }
  const lines = rows.flatMap(([title, value]) => (value === undefined ? [] : [line(title, value)]));
  return status.proof === undefined ? lines : [...lines, ...proofLines(status.proof)];
}

function proofLines({ at, governance, consumer, others }: RevocationProof): string[] {
  const lines = [line('proof', at), line('  governance', `${governance.at}: ${grantsText(governance.grants)}`)];
  if (consumer !== undefined) {
    const link = consumer.linkExists ? 'a link' : 'no link';
    lines.push(line('  consumer', `${consumer.at}: ${link}, ${grantsText(consumer.grants)}`));
  } else {
    lines.push(line('  consumer', 'nothing was ever shared with it'));
  }
  if (others.length > 0) lines.push(line('  what is left', `belongs to ${others.join(', ')}`));
  return lines;
}

function grantsText(grants: readonly Grant[]): string {
  if (grants.length === 0) return 'no grants';
  return grants.map(({ principal, permissions }) => `${permissions.join(' ')} to ${principal}`).join('; ');
}

function approvalText({ class: name, by, at, reason }: Approval): string {
  return `${name}: ${by}, ${at}${reason === undefined ? '' : ` (${reason})`}`;
}

function line(title: string, value: string): string {
  return `${title.padEnd(14)}${value}`;
}
