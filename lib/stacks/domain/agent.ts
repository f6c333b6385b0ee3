import { Duration, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { MeshFunction } from '#constructs/mesh-function.ts';
import { sayAs } from '#constructs/say-as.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { allowPostponing, WorkQueue } from '#constructs/work-queue.ts';
import {
  domainBusName,
  domainRoleName,
  domainSource,
  MESH_SOURCE,
  SHARES,
  shareParameterPath,
} from '#mesh/topology/names.ts';
import { isInOrganization } from '#mesh/topology/rules.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';
import { CATALOG_WILDCARDS, PRODUCT_DATABASES } from '../catalog-access.ts';
import { type DomainLambdaProps, domainEnvironment } from './catalog-watch.ts';
import { EndTimers } from './end-timers.ts';

const TIMEOUT = Duration.minutes(5);

/**
 * Makes links and local grants equal to what the mesh asks for. Its queue is FIFO with one group, so that an account has one writer: Lake Formation
 * refuses concurrent changes, and a rule's message group is a constant.
 */
export class Agent extends Construct {
  constructor(scope: Construct, id: string, props: DomainLambdaProps & { undeliveredArn: string }) {
    super(scope, id);
    const { topology, domain, bus } = props;
    const busName = domainBusName(topology.mesh, domain.name);
    const intents = new WorkQueue(this, 'Intents', { fifo: true, workTimeout: TIMEOUT }).allowRulesOf(busName);
    const timers = new EndTimers(this, 'Timers', { topology, domain, queue: intents });
    const agent = new MeshFunction(this, 'Function', {
      name: 'agent',
      description: `Applies shares in ${domain.name}`,
      environment: {
        ...domainEnvironment(props),
        ...timers.environment,
        ...(isInOrganization(topology, domain) ? {} : { WEFT_INVITATIONS: 'accept' }),
      },
      role: Role.fromRoleName(this, 'Role', domainRoleName(topology.mesh, domain.name, 'agent')),
      logsKey: props.logsKey,
      lambdas: props.lambdas,
      timeout: TIMEOUT,
      deadLetters: { without: 'a failed message goes to the dead-letter queue of the queue that it came from' },
    });
    const statements = [...agentStatements(this, topology, domain), ...timers.statements()];
    for (const statement of statements) agent.addToRolePolicy(statement);
    acceptWildcards(this, {
      ...CATALOG_WILDCARDS,
      ...EndTimers.wildcards,
      'Resource::arn:aws:ssm:%:parameter/weft/%/shares/*':
        'one parameter for each product version that the mesh asks this account to apply: they come and go',
    });
    sayAs(agent, bus, domainSource(domain.name));
    agent.consume(intents);
    // What failed comes again before its timeout is over.
    allowPostponing(intents, agent);
    new CfnRule(this, 'Rule', {
      description: `Shares that the mesh asks ${domain.name} to apply`,
      eventBusName: bus.eventBusName,
      eventPattern: { account: [topology.governanceAccount], source: [MESH_SOURCE], 'detail-type': ['ShareRequested'] },
      targets: [
        {
          id: 'intents',
          arn: intents.queueArn,
          sqsParameters: { messageGroupId: SHARES },
          deadLetterConfig: { arn: props.undeliveredArn },
          retryPolicy: { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 86_400 },
        },
      ],
    });
  }
}

function agentStatements(scope: Construct, topology: Topology, domain: Domain): PolicyStatement[] {
  const { region, account } = Stack.of(scope);
  const glue = (owner: string, path: string) => `arn:aws:glue:${region}:${owner}:${path}`;
  const statements = [
    new PolicyStatement({
      sid: 'Links',
      actions: ['glue:CreateDatabase', 'glue:DeleteDatabase', 'glue:GetDatabase'],
      resources: [glue(account, 'catalog'), glue(account, `database/${PRODUCT_DATABASES}`)],
    }),
    new PolicyStatement({
      sid: 'Shared',
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables'],
      resources: ['catalog', `database/${PRODUCT_DATABASES}`, `table/${PRODUCT_DATABASES}/*`].map((path) =>
        glue(topology.governanceAccount, path),
      ),
    }),
    new PolicyStatement({
      sid: 'Generations',
      actions: ['ssm:GetParameter', 'ssm:PutParameter'],
      resources: [`arn:aws:ssm:${region}:${account}:parameter${shareParameterPath(topology.mesh)}/*`],
    }),
    new PolicyStatement({
      sid: 'Grants',
      actions: [
        'lakeformation:BatchGrantPermissions',
        'lakeformation:BatchRevokePermissions',
        'lakeformation:ListPermissions',
        'lakeformation:GetDataLakeSettings',
      ],
      resources: ['*'],
    }),
  ];
  if (isInOrganization(topology, domain)) return statements;
  // Without an organization that accepts for its members, each share arrives as an invitation.
  const invitations = new PolicyStatement({
    sid: 'Invitations',
    actions: ['ram:GetResourceShareInvitations', 'ram:AcceptResourceShareInvitation'],
    resources: ['*'],
  });
  return [...statements, invitations];
}
