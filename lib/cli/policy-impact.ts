import { callerOf } from '#control/caller.ts';
import type { ScopeStatus } from '#control/govern-policies.ts';
import { globalFirst } from '#control/policy-sets.ts';
import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import type { PolicySet } from '#mesh/policy/policy-sets.ts';
import type { PolicyPrincipal } from '#mesh/policy/question.ts';
import { type ImpactCase, type ImpactRow, impactOf } from '#mesh/policy-set/impact.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { domainRoleName, roleArn } from '#mesh/topology/names.ts';
import { domainNamed, type Topology } from '#mesh/topology/topology.ts';
import { query } from './athena.ts';
import { entriesTable } from './audit-entries.ts';
import type { Connection } from './connection.ts';
import { everyPage, everyProduct, everySubscription } from './pages.ts';
import { localCedar, readSet } from './policy-sets.ts';

/** Subscriptions that hold access or are about to. */
const LIVE: readonly string[] = ['pending', 'approved', 'active', 'expiring'];

/** What a set, or without one the policies on trial, would say of every live product and subscription that the caller may see. */
export async function policyImpact(connection: Connection, looked: PolicySet | undefined): Promise<ImpactRow[]> {
  const { scopes } = await everyPage<{ scopes: ScopeStatus[] }>(connection, '/policies');
  const sets = await Promise.all(scopes.map(({ inForce }) => readSet(connection, inForce)));
  const engineOf = (chosen: readonly PolicySet[]) =>
    createPolicyEngine({
      cedar: localCedar(),
      sets: chosen.toSorted(globalFirst),
      ladder: connection.topology.classification,
    });
  const inForce = engineOf(sets);
  const others = sets.filter(({ scope }) => scope !== looked?.scope);
  const engines = { inForce, looked: looked === undefined ? inForce : engineOf([...others, looked]) };
  return impactOf(await casesOf(connection), engines);
}

async function casesOf(connection: Connection): Promise<ImpactCase[]> {
  const { topology } = connection;
  const now = new Date().toISOString();
  const products = await everyProduct(connection);
  const subscriptions = await everySubscription(connection);
  const live = products.filter(({ state }) => state !== 'retired');
  const published = live.map((product): ImpactCase => {
    const others = live.filter((other) => productId(other) !== productId(product));
    const draft = { ...product, draftState: product.state };
    const principal = producerOf(product.domain, topology);
    return { subject: nameOf(product), question: { action: 'publish', product: draft, others, principal, now } };
  });
  const subscribed = subscriptions.flatMap((entry): ImpactCase[] => {
    const product = live.find(
      (known) => productId(known) === `${entry.domain}/${entry.product}` && known.major === entry.major,
    );
    if (product === undefined || !LIVE.includes(entry.state)) return [];
    const { consumer, purpose, expiresAt, principals, id } = entry;
    const request = { consumer, scope: entry.approved ?? entry.requested, purpose, expiresAt, principals };
    const principal = requesterOf(entry, topology);
    return [{ subject: id, question: { action: 'subscribe', product, request, subscription: id, principal, now } }];
  });
  return [...published, ...subscribed];
}

function nameOf(product: ProductRecord): string {
  return `${productId(product)} v${product.major}`;
}

function producerOf(domain: string, topology: Topology): PolicyPrincipal {
  const account = domainNamed(topology, domain)?.account ?? '';
  return { arn: roleArn(account, domainRoleName(topology.mesh, domain, 'producer')), domain, kind: 'producer' };
}

/** Who asked for a subscription, as the mesh would know that principal today. */
function requesterOf({ requestedBy, account, consumer }: SubscriptionRecord, topology: Topology): PolicyPrincipal {
  return requestedBy.includes(`:${account}:`) && domainNamed(topology, consumer)?.account === account
    ? callerOf(requestedBy, topology)
    : { arn: requestedBy };
}

/** A decision of the trail that a policy on trial would have made another. */
export interface RecordedReport {
  readonly at: string;
  readonly action: string;
  readonly subject: string;
  readonly policy: string;
  readonly would: string;
}

/** What the policies on trial would have said of decisions that were made, newest first, as far as the trail tells. */
export async function recordedReports(connection: Connection, limit: number): Promise<RecordedReport[]> {
  const sql = `SELECT "at", action, domain, product, subscription, details FROM ${entriesTable(connection)} WHERE details LIKE '%"reports"%' ORDER BY "at" DESC LIMIT ${Math.trunc(limit)}`;
  const { rows } = await query(connection, sql);
  return rows.flatMap(([at = '', action = '', domain = '', product = '', subscription = '', details = '']) => {
    const { reports = [] } = JSON.parse(details ?? '{}') as { reports?: { id: string; would: string }[] };
    const subject = subscription === '' || subscription === null ? `${domain}/${product}` : subscription;
    return reports.map(({ id, would }) => ({ at: at ?? '', action: action ?? '', subject, policy: id, would }));
  });
}
