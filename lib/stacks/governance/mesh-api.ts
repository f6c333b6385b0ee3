import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { AccountPrincipal, AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from '#constructs/acknowledge.ts';
import { isPartner } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { API_STAGE } from '../mesh-site.ts';
import { unapprovedApplications } from '../unapproved-applications.ts';

export interface MeshApiProps {
  readonly topology: Topology;
  readonly handler: IFunction;
  /** Takes the routes in `DOCUMENT_ROUTES`. */
  readonly publish: IFunction;
  readonly logsKey: IKey;
}

/** Every method and path of the API, as `docs/adr/0001` lists them. */
export const ROUTES = [
  'GET /mesh',
  'POST /products',
  'GET /products',
  'POST /products/plan',
  'GET /products/{domain}/{name}',
  'GET /products/{domain}/{name}/access',
  'GET /products/{domain}/{name}/audience',
  'POST /products/{domain}/{name}/suspension',
  'POST /products/{domain}/{name}/deprecation',
  'POST /products/{domain}/{name}/retirement',
  'POST /products/{domain}/{name}/rollout',
  'POST /products/{domain}/{name}/report',
  'POST /products/{domain}/{name}/feedback',
  'POST /products/{domain}/{name}/export',
  'GET /products/{domain}/{name}/retention',
  'POST /products/{domain}/{name}/hold',
  'POST /products/{domain}/{name}/quality',
  'POST /subscriptions',
  'GET /subscriptions',
  'POST /subscriptions/plan',
  'GET /subscriptions/{id}',
  'GET /subscriptions/{id}/plan',
  'POST /subscriptions/{id}/decision',
  'POST /subscriptions/{id}/revocation',
  'POST /subscriptions/{id}/suspension',
  'POST /subscriptions/{id}/renewal',
  'GET /domains/{domain}',
  'POST /domains/{domain}/suspension',
  'GET /domains/{domain}/disposals',
  'GET /domains/{domain}/quality',
  'GET /drift',
  'POST /drift/check',
  'POST /drift/repair',
  'GET /lineage',
  'GET /alerts',
  'POST /alerts',
  'POST /alerts/{id}/acknowledgement',
  'GET /entitlements',
  'POST /entitlements',
  'POST /entitlements/plan',
  'GET /entitlements/{id}',
  'POST /entitlements/{id}/revocation',
  'GET /policies',
  'POST /policies',
  'GET /policies/{scope}/{version}',
  'POST /policies/{scope}/{version}/decision',
] as const;

/** The routes whose bodies hold documents to be parsed (ADR 0004). */
export const DOCUMENT_ROUTES: readonly (typeof ROUTES)[number][] = ['POST /products', 'POST /products/plan'];

/** The routes that parse documents, ask policy of every product, or walk everything that is known of lineage: less of them at once. */
export const COSTLY_ROUTES: readonly (typeof ROUTES)[number][] = [
  ...DOCUMENT_ROUTES,
  'POST /subscriptions/plan',
  'POST /entitlements',
  'POST /entitlements/plan',
  'POST /policies',
  'POST /drift/check',
  'POST /drift/repair',
  'GET /lineage',
];

/** Of each route, all callers together: API Gateway knows no limit of a caller that signs with IAM (ADR 0010). */
const OFTEN = { throttlingRateLimit: 100, throttlingBurstLimit: 200 };
const SELDOM = { throttlingRateLimit: 20, throttlingBurstLimit: 100 };

/** What is set for one method stands beside what is set for all and inherits nothing of it. */
const WATCHED = { metricsEnabled: true, loggingLevel: MethodLoggingLevel.ERROR, dataTraceEnabled: false };

/**
 * The mesh's REST API. A caller of another account needs both its own policy and the API's (an HTTP API has none), so it is a REST API
 * whose resource policy lets in the organization, or the accounts of the mesh where they share none.
 */
export class MeshApi extends RestApi {
  constructor(scope: Construct, id: string, props: MeshApiProps) {
    const accessLogs = new LogGroup(scope, `${id}AccessLogs`, {
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
      encryptionKey: props.logsKey,
    });
    super(scope, id, {
      restApiName: `${props.topology.mesh}-mesh`,
      description: `The API of the mesh ${props.topology.mesh}`,
      endpointTypes: [EndpointType.REGIONAL],
      policy: callers(props.topology),
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
      cloudWatchRole: true,
      deployOptions: {
        stageName: API_STAGE,
        tracingEnabled: true,
        ...WATCHED,
        ...OFTEN,
        methodOptions: Object.fromEntries(COSTLY_ROUTES.map((route) => [methodPath(route), { ...WATCHED, ...SELDOM }])),
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
      },
    });
    const commands = new LambdaIntegration(props.handler, { allowTestInvoke: false });
    const documents = new LambdaIntegration(props.publish, { allowTestInvoke: false });
    acknowledge(this, {
      'AwsSolutions-APIG2':
        'the handler checks each body against the schema of its route and answers with every problem at once',
      'AwsSolutions-APIG3':
        'every call is signed by a principal of the mesh, so there is no anonymous traffic to filter',
      'AwsSolutions-COG4': 'callers are IAM principals of the accounts of the mesh, authorized by IAM on every method',
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        "the account's role for API Gateway's logs is made for this policy of AWS",
      'NIST.800.53.R5-APIGWAssociatedWithWAF':
        'every call is signed by a principal of the mesh, so there is no anonymous traffic',
      'NIST.800.53.R5-APIGWCacheEnabledAndEncrypted': 'a cached answer could outlive a revoked right to see it',
      'NIST.800.53.R5-APIGWSSLEnabled':
        'the backend is a Lambda integration: there is no server to show a certificate to',
    });
    for (const route of ROUTES) {
      const [method = '', path = ''] = route.split(' ');
      const integration = DOCUMENT_ROUTES.includes(route) ? documents : commands;
      this.root.resourceForPath(path).addMethod(method, integration);
    }
  }
}

/** `POST /products` as CDK names a method: `/products/POST`. */
function methodPath(route: string): string {
  const [method = '', path = ''] = route.split(' ');
  return `${path}/${method}`;
}

/** Partners are in no organization with the others: each is named. */
function partners(topology: Topology): PolicyStatement[] {
  const accounts = topology.domains.filter(isPartner).map(({ account }) => account);
  if (topology.organization === undefined || accounts.length === 0) return [];
  const principals = accounts.map((account) => new AccountPrincipal(account));
  const actions = ['execute-api:Invoke'];
  return [new PolicyStatement({ sid: 'Partners', actions, resources: ['execute-api:/*'], principals })];
}

/**
 * Callers of other accounts. Of its own account none is named: there either policy is enough, so an `Allow` here would open every route to every role,
 * whatever the role's own policy says.
 */
function callers(topology: Topology): PolicyDocument {
  const { organization, governanceAccount, auditAccount, domains } = topology;
  const accounts = new Set([auditAccount, ...domains.map(({ account }) => account)]);
  accounts.delete(governanceAccount);
  const inside = organization
    ? {
        principals: [new AnyPrincipal()],
        conditions: {
          StringEquals: { 'aws:PrincipalOrgID': organization },
          StringNotEquals: { 'aws:PrincipalAccount': governanceAccount },
        },
      }
    : { principals: [...accounts].map((account) => new AccountPrincipal(account)) };
  return new PolicyDocument({
    statements: [
      new PolicyStatement({ sid: 'Mesh', actions: ['execute-api:Invoke'], resources: ['execute-api:/*'], ...inside }),
      ...partners(topology),
      ...unapprovedApplications(topology).map(
        (conditions) =>
          new PolicyStatement({
            sid: 'Applications',
            effect: Effect.DENY,
            actions: ['execute-api:Invoke'],
            resources: ['execute-api:/*'],
            principals: [new AnyPrincipal()],
            conditions,
          }),
      ),
    ],
  });
}
