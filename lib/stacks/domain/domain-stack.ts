import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { MeshBus } from '#constructs/mesh-bus.ts';
import { QueryWorkgroup } from '#constructs/query-workgroup.ts';
import { domainBusName, domainRoleName, domainSource, roleArn, workgroupName } from '#mesh/topology/names.ts';
import type { Domain } from '#mesh/topology/topology.ts';
import { DeadLetters } from '../dead-letters.ts';
import type { MeshSite } from '../mesh-site.ts';
import { Agent } from './agent.ts';
import { Breakers } from './breakers.ts';
import { Catalog } from './catalog.ts';
import { CatalogWatch } from './catalog-watch.ts';
import { Disposal } from './disposal.ts';
import { EventPort } from './event-port.ts';
import type { DomainFoundationStack } from './foundation-stack.ts';
import { connectToMesh } from './mesh-link.ts';
import { People } from './people.ts';
import { admitProducts } from './product-senders.ts';
import { Quality } from './quality.ts';
import { QueryWatch } from './query-watch.ts';

export interface DomainStackProps extends StackProps, MeshSite {
  readonly domain: Domain;
  readonly foundation: DomainFoundationStack;
}

/** One domain of the mesh: its people, its catalog, its queries, and the two Lambdas that keep it in step with the mesh. */
export class DomainStack extends Stack {
  constructor(scope: Construct, id: string, props: DomainStackProps) {
    super(scope, id, props);
    const { topology, domain, foundation, options, lambdas } = props;
    const { mesh } = topology;
    const key = foundation.operationsKey;
    const role = (name: 'producer' | 'analyst' | 'steward') =>
      roleArn(this.account, domainRoleName(mesh, domain.name, name));

    const bus = new MeshBus(this, 'Bus', {
      busName: domainBusName(mesh, domain.name),
      description: `Events of the domain ${domain.name}`,
      archive: {
        days: 30,
        pattern: {
          source: [{ 'anything-but': { prefix: domainSource('') } }],
          'detail-type': [{ 'anything-but': ['ShareRequested'] }],
        },
      },
    });
    connectToMesh(this, topology, domain, bus);
    admitProducts(this, topology, domain, bus.bus);

    const cutoffBytes = options.queryCutoffBytes;
    const analysts = new QueryWorkgroup(this, 'Analysts', {
      name: workgroupName(mesh, domain.name),
      description: `Analysts of ${domain.name}`,
      key,
      readers: [role('analyst'), role('steward')],
      cutoffBytes,
    });
    // Producers query apart: who shares a workgroup reads each other's results.
    const producers = new QueryWorkgroup(this, 'Producers', {
      name: workgroupName(mesh, `${domain.name}-producer`),
      description: `Producers of ${domain.name}`,
      key,
      readers: [role('producer')],
      cutoffBytes,
    });
    const people = new People(this, 'People', { topology, domain, foundation, analysts, producers });

    const shared = { topology, domain, bus: bus.bus, logsKey: key, lambdas };
    const watch = new CatalogWatch(this, 'CatalogWatch', shared);
    new Agent(this, 'Agent', { ...shared, undeliveredArn: bus.undelivered.queueArn });
    new Breakers(this, 'Breakers', { topology, domain, watchers: [people.producer, people.steward] });
    new EventPort(this, 'EventPort', { ...shared, undeliveredArn: bus.undelivered.queueArn });
    const ofPeople = [
      { name: workgroupName(mesh, domain.name), workgroup: analysts },
      { name: workgroupName(mesh, `${domain.name}-producer`), workgroup: producers },
    ];
    const undeliveredArn = bus.undelivered.queueArn;
    const quality = new Quality(this, 'Quality', { ...shared, cutoffBytes, undeliveredArn });
    new QueryWatch(this, 'QueryWatch', { ...shared, workgroups: [...ofPeople, quality.workgroup] });
    const disposal = new Disposal(this, 'Disposal', {
      ...shared,
      foundation,
      workgroups: ofPeople,
      planners: [people.producer, people.steward],
      undeliveredArn,
    });
    const machines = [watch.role, disposal.role, quality.role];
    new Catalog(this, 'Catalog', {
      domain,
      mesh,
      people,
      machines,
      foundation,
      createDefault: options.defaultDatabase,
    });
    new DeadLetters(this, 'DeadLetters', {
      ...shared,
      bus: bus.bus,
      operators: [people.producer, people.steward],
    });
  }
}
