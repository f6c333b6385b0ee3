import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { condition } from '#mesh/record.ts';
import { missingApprovals, speaksFor } from '#mesh/subscription/approval.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import {
  DOMAIN_ROLES,
  databaseName,
  domainRoleName,
  GOVERNANCE_ROLES,
  governanceRoleName,
  roleArn,
} from '#mesh/topology/names.ts';
import { governanceRoleAccount, type Topology } from '#mesh/topology/topology.ts';
import type { Connection } from '../connection.ts';
import { everyProduct, everySubscription } from '../pages.ts';
import type { MeshFacts } from './facts.ts';

/** What counts of what the mesh tells its caller. */
export async function askMesh(connection: Connection): Promise<MeshFacts> {
  const { topology } = connection;
  const [products, subscriptions] = await Promise.all([everyProduct(connection), everySubscription(connection)]);
  return {
    name: topology.mesh,
    domains: topology.domains.map(({ name }) => name),
    products: products.map(productFacts),
    subscriptions: subscriptions.map((one) => ({
      id: one.id,
      product: `${one.domain}/${one.product}`,
      owner: one.domain,
      consumer: one.consumer,
      state: one.state,
      deciders: decidersOf(one, topology),
    })),
  };
}

function productFacts(product: ProductRecord): MeshFacts['products'][number] {
  const registered = condition(product, 'Registered');
  return {
    id: productId(product),
    domain: product.domain,
    major: product.major,
    version: product.version,
    published: isPublished(product),
    failed: registered?.status === 'false' ? registered.reason : undefined,
    quarantined: product.quarantine !== undefined,
    database: databaseName(product.domain, product.name, product.major),
    tables: product.tables.filter(({ internal }) => internal !== true).map(({ name }) => name),
  };
}

/** The people of the mesh that may still approve a request, as `--as` takes them. */
function decidersOf(subscription: SubscriptionRecord, topology: Topology): string[] {
  const missing = missingApprovals(subscription);
  return voicesOf(topology)
    .filter(({ voice }) => missing.some((name) => speaksFor(voice, name, subscription.domain, topology)))
    .map(({ name }) => name);
}

function voicesOf(topology: Topology) {
  const { mesh, domains } = topology;
  return [
    ...domains.flatMap(({ name: domain, account }) =>
      DOMAIN_ROLES.map((kind) => ({
        name: `${domain}/${kind}`,
        voice: { arn: roleArn(account, domainRoleName(mesh, domain, kind)), domain, kind },
      })),
    ),
    ...GOVERNANCE_ROLES.map((kind) => ({
      name: `governance/${kind}`,
      voice: { arn: roleArn(governanceRoleAccount(kind, topology), governanceRoleName(mesh, kind)), kind },
    })),
  ];
}
