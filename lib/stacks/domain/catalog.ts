import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { LakeGrants } from '#constructs/lake-grants.ts';
import { domainRoleName, glueName, roleArn } from '#mesh/topology/names.ts';
import type { Domain } from '#mesh/topology/topology.ts';
import type { DomainFoundationStack } from './foundation-stack.ts';
import type { People } from './people.ts';

export interface CatalogProps {
  readonly mesh: string;
  readonly domain: Domain;
  readonly people: People;
  /** The roles of the Lambdas that read or change the domain's own tables. */
  readonly machines: readonly Role[];
  readonly foundation: DomainFoundationStack;
  /** False where the account has a database `default` already. */
  readonly createDefault: boolean;
}

/** The domain's own Glue database, and the grants in the account that do not depend on any product. */
export class Catalog extends Construct {
  constructor(scope: Construct, id: string, props: CatalogProps) {
    super(scope, id);
    const { mesh, domain, people, machines, foundation } = props;
    const { account } = Stack.of(this);
    const database = glueName(domain.name);
    const own = this.#database('Own', database, `Tables of ${domain.name}`);
    const ready: IConstruct[] = [own, people, ...machines];
    // Athena asks for the database `default` whatever a query names.
    if (props.createDefault) ready.push(this.#database('Default', 'default', 'Asked for by Athena; holds nothing'));

    const role = (name: Parameters<typeof domainRoleName>[2]) =>
      roleArn(account, domainRoleName(mesh, domain.name, name));
    const tables = { database, table: '*' };
    new LakeGrants(this, 'Grants', { catalogId: account, ready })
      .give('ProducerDatabase', role('producer'), { database }, ['ALTER', 'CREATE_TABLE', 'DESCRIBE'])
      .give('ProducerTables', role('producer'), tables, ['ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'])
      .give('ProducerLocation', role('producer'), { location: foundation.products.bucketArn }, ['DATA_LOCATION_ACCESS'])
      .give('ProducerDefault', role('producer'), { database: 'default' }, ['DESCRIBE'])
      .give('WatchDatabase', role('catalog-watch'), { database }, ['DESCRIBE'])
      .give('WatchTables', role('catalog-watch'), tables, ['DESCRIBE'])
      .give('DisposalDatabase', role('disposal'), { database }, ['DESCRIBE'])
      .give('DisposalTables', role('disposal'), tables, ['ALTER', 'DESCRIBE'])
      .give('QualityDatabase', role('quality'), { database }, ['DESCRIBE'])
      .give('QualityTables', role('quality'), tables, ['DESCRIBE', 'SELECT'])
      .give('QualityDefault', role('quality'), { database: 'default' }, ['DESCRIBE'])
      .give('StewardDatabase', role('steward'), { database }, ['DESCRIBE'])
      .give('StewardTables', role('steward'), tables, ['DESCRIBE'])
      .give('StewardDefault', role('steward'), { database: 'default' }, ['DESCRIBE'])
      .give('AnalystDefault', role('analyst'), { database: 'default' }, ['DESCRIBE']);
  }

  #database(id: string, name: string, description: string): CfnDatabase {
    const database = new CfnDatabase(this, id, {
      catalogId: Stack.of(this).account,
      databaseInput: { name, description, createTableDefaultPermissions: [] },
    });
    database.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return database;
  }
}
