import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { allowsDirectly, judgeIdentityPolicy, type PolicyDocument, type Verdict } from '../../core/policy.ts';
import type { Call, Observer } from '../../core/service.ts';
import { S3Service } from '../s3/service.ts';
import { SqsService } from '../sqs/service.ts';
import { type Asked, asked } from './asked.ts';
import { IamService } from './service.ts';

/** Calls that IAM never refuses. */
const ALWAYS_ALLOWED = new Set(['sts:GetCallerIdentity']);

/** Services whose clients know the refusal as `AccessDenied`; to all others it is `AccessDeniedException`. */
const WITHOUT_SUFFIX = new Set(['cloudformation', 'iam', 's3', 'sqs', 'sts']);

/** Services that answer a refusal with 403; those of the JSON protocols with 400. */
const REST = new Set([
  'apigateway',
  'execute-api',
  'iam',
  'lambda',
  'lakeformation',
  'rolesanywhere',
  's3',
  'scheduler',
  'sqs',
  'sts',
]);

/** Who asks, and from where. */
type From = Pick<Call, 'caller' | 'account' | 'region'>;

/**
 * Refuses what the identity policies of the calling role do not allow, before the service sees it. Not judged are AWS's own services, the
 * root of an account, a role that no IAM knows, and a role with an AWS managed policy, whose text is not known here.
 */
export class IdentityGate implements Observer {
  readonly #cloud: Cloud;
  readonly #iam: IamService;
  readonly #parsed = new Map<string, PolicyDocument>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#iam = cloud.service(IamService);
    cloud.permit = (context, action, resource) =>
      this.#check(context, action.slice(0, action.indexOf(':')), [{ action, resource }]);
  }

  /** @throws AwsError `AccessDenied` or `AccessDeniedException`, as the service words it. */
  before(call: Call): void {
    if (!ALWAYS_ALLOWED.has(call.action)) this.#check(call, call.service, asked(call));
  }

  #check(from: From, service: string, needs: readonly Asked[]): void {
    const { roleArn } = from.caller;
    const role = roleArn === undefined ? undefined : this.#iam.role(roleArn);
    if (role === undefined) return;
    const texts = this.#iam.policiesOf(role.arn).map((policy) => policy.document);
    if (!texts.every((text) => text !== undefined)) return;
    const boundary = role.boundary === undefined ? undefined : this.#iam.policyDocument(role.boundary);
    for (const need of needs) {
      const verdict = this.#verdict(texts, from, need);
      const denied = (because: string) => refusal(from, service, need, because);
      if (verdict === 'deny') throw denied('with an explicit deny in an identity-based policy');
      if (boundary !== undefined && this.#verdict([boundary], from, need) !== 'allow') {
        throw denied(`because no permissions boundary allows the ${need.action} action`);
      }
      if (verdict === 'none' && !this.#ownerAllows(from, service, need)) {
        throw denied(`because no identity-based policy allows the ${need.action} action`);
      }
    }
  }

  #verdict(texts: readonly string[], { caller, region }: From, need: Asked): Verdict {
    const request = { caller, ...need, keys: { ...need.keys, 'aws:RequestedRegion': region } };
    const verdicts = texts.map((text) => judgeIdentityPolicy(this.#cloud.store, this.#document(text), request));
    return verdicts.find((verdict) => verdict === 'deny') ?? verdicts.find((verdict) => verdict === 'allow') ?? 'none';
  }

  /** Inside one account the policy of a bucket or queue that names the caller is enough by itself. */
  #ownerAllows({ account, caller }: From, service: string, need: Asked): boolean {
    const policy = service === 's3' || service === 'sqs' ? this.#policyInside(account, need.resource) : undefined;
    return allowsDirectly(this.#cloud.store, policy, { caller, ...need });
  }

  #policyInside(account: string, resource: string): string | undefined {
    const [, , service, , owner] = resource.split(':');
    if (service === 'sqs') return owner === account ? this.#cloud.service(SqsService).policyOf(resource) : undefined;
    const buckets = this.#cloud.service(S3Service);
    const bucket = resource.replace(/^arn:aws:s3:::/, '').split('/')[0] ?? '';
    return buckets.bucketAccount(bucket) === account ? buckets.bucketPolicy(bucket) : undefined;
  }

  #document(text: string): PolicyDocument {
    const known = this.#parsed.get(text);
    if (known !== undefined) return known;
    const document = JSON.parse(text) as PolicyDocument;
    this.#parsed.set(text, document);
    return document;
  }
}

function refusal({ caller }: From, service: string, { action, resource }: Asked, because: string): AwsError {
  const code = WITHOUT_SUFFIX.has(service) ? 'AccessDenied' : 'AccessDeniedException';
  const on = service === 's3' ? `"${resource}"` : resource;
  const message = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${on} ${because}`;
  return new AwsError(code, message, REST.has(service) ? 403 : 400);
}
