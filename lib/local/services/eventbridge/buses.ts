import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { paginate } from '../../core/page.ts';
import type { PolicyDocument, Statement } from '../../core/policy.ts';
import { statementsOf } from '../../core/policy.ts';
import type { Context, Operations } from '../../core/service.ts';
import {
  type BusId,
  busArn,
  namespace,
  notFound,
  parseBus,
  type StoredBus,
  type StoredRule,
  validation,
} from './model.ts';

interface BusInput {
  readonly Name: string;
  readonly Description?: string;
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly EventSourceName?: string;
  readonly KmsKeyIdentifier?: string;
  readonly LogConfig?: object;
  readonly Tags?: StoredBus['tags'];
}

interface PermissionInput {
  readonly EventBusName?: string;
  readonly StatementId?: string;
  readonly Action?: string;
  readonly Principal?: string;
  readonly Condition?: { readonly Type: string; readonly Key: string; readonly Value: string };
  readonly Policy?: string;
  /** A whole statement, as `AWS::Events::EventBusPolicy` has it; only the deployer sends it. */
  readonly Statement?: Statement;
}

const POLICY_LIMIT = 10_240;
const NAME = /^[/.\-_A-Za-z0-9]{1,256}$/;

/** A bus; the default bus is always there. */
export function findBus(cloud: Cloud, id: BusId): StoredBus | undefined {
  const stored = cloud.store.get<StoredBus>(namespace(id.account, id.region, 'buses'), id.name);
  return stored ?? (id.name === 'default' ? { ...id, createdAt: 0, modifiedAt: 0 } : undefined);
}

/** @throws AwsError `ResourceNotFoundException`. */
export function getBus(cloud: Cloud, id: BusId): StoredBus {
  const bus = findBus(cloud, id);
  if (bus === undefined) throw notFound(`Event bus ${id.name}`);
  return bus;
}

const onBus = (input: { Name?: string; EventBusName?: string }, context: Context) => [
  busArn(parseBus(input.EventBusName ?? input.Name, context)),
];

/** Event buses and who may put events on them. */
export const busOperations: Operations = {
  CreateEventBus: {
    resources: onBus,
    run: (input: BusInput, { cloud, account, region, now }: Context) => {
      const id = { account, region, name: input.Name };
      if (!NAME.test(input.Name) || input.Name === 'default')
        throw validation(`Event bus name ${input.Name} is not valid.`);
      if (input.EventSourceName !== undefined || input.LogConfig !== undefined) {
        throw validation('weft local has no partner event sources and no bus logs');
      }
      if (findBus(cloud, id) !== undefined) {
        throw new AwsError('ResourceAlreadyExistsException', `Event bus ${input.Name} already exists.`);
      }
      save(cloud, {
        ...id,
        description: input.Description,
        deadLetterConfig: input.DeadLetterConfig,
        tags: input.Tags,
        createdAt: now,
        modifiedAt: now,
      });
      return { EventBusArn: busArn(id), Description: input.Description, DeadLetterConfig: input.DeadLetterConfig };
    },
  },
  UpdateEventBus: {
    resources: onBus,
    run: (input: BusInput, context: Context) => {
      const bus = getBus(context.cloud, parseBus(input.Name, context));
      const { Description = bus.description, DeadLetterConfig = bus.deadLetterConfig } = input;
      save(context.cloud, {
        ...bus,
        description: Description,
        deadLetterConfig: DeadLetterConfig,
        modifiedAt: context.now,
      });
      return { Arn: busArn(bus), Name: bus.name, Description, DeadLetterConfig };
    },
  },
  DescribeEventBus: {
    resources: onBus,
    run: (input: { Name?: string }, context: Context) => describe(getBus(context.cloud, parseBus(input.Name, context))),
  },
  ListEventBuses: {
    run: (input: { NamePrefix?: string; Limit?: number; NextToken?: string }, context: Context) => {
      const { cloud, account, region } = context;
      const stored = cloud.store.list<StoredBus>(namespace(account, region, 'buses')).map(({ value }) => value);
      const all = stored.some((bus) => bus.name === 'default')
        ? stored
        : [getBus(cloud, { account, region, name: 'default' }), ...stored];
      const { page, next } = paginate(
        all.filter((bus) => bus.name.startsWith(input.NamePrefix ?? '')),
        input.Limit,
        input.NextToken,
      );
      return { EventBuses: page.map(describe), NextToken: next };
    },
  },
  DeleteEventBus: {
    resources: onBus,
    run: (input: { Name: string }, context: Context) => {
      const id = parseBus(input.Name, context);
      if (id.name === 'default') throw validation('Cannot delete event bus default.');
      const rules = context.cloud.store.list<StoredRule>(namespace(id.account, id.region, 'rules'), `${id.name} `);
      if (rules.length > 0) throw validation('Cannot delete event bus since it has rules.');
      context.cloud.store.delete(namespace(id.account, id.region, 'buses'), id.name);
    },
  },
  PutPermission: {
    resources: onBus,
    run: (input: PermissionInput, context: Context) => {
      const bus = getBus(context.cloud, parseBus(input.EventBusName, context));
      const policy = input.Policy === undefined ? withStatement(bus, input) : parsePolicy(input.Policy);
      if (JSON.stringify(policy).length > POLICY_LIMIT) {
        throw new AwsError('PolicyLengthExceededException', `The policy is longer than ${POLICY_LIMIT} characters.`);
      }
      save(context.cloud, { ...bus, policy });
    },
  },
  RemovePermission: {
    resources: onBus,
    run: (input: { EventBusName?: string; StatementId?: string; RemoveAllPermissions?: boolean }, context: Context) => {
      const bus = getBus(context.cloud, parseBus(input.EventBusName, context));
      if (bus.policy === undefined) throw new AwsError('ResourceNotFoundException', 'EventBus does not have a policy.');
      const all = statementsOf(bus.policy);
      const rest = input.RemoveAllPermissions === true ? [] : all.filter((entry) => entry.Sid !== input.StatementId);
      if (rest.length === all.length) {
        throw new AwsError('ResourceNotFoundException', 'Statement with the provided id does not exist.');
      }
      save(context.cloud, { ...bus, policy: rest.length === 0 ? undefined : { ...bus.policy, Statement: rest } });
    },
  },
};

function withStatement(bus: StoredBus, input: PermissionInput): PolicyDocument {
  const { StatementId: sid, Principal: principal, Condition: condition } = input;
  if (sid === undefined) throw validation('Parameter StatementId is not valid. Reason: Must specify StatementId.');
  const statement: Statement = input.Statement ?? {
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: `arn:aws:iam::${principal}:root` },
    Action: input.Action ?? 'events:PutEvents',
    Resource: busArn(bus),
    ...(condition === undefined ? {} : { Condition: { [condition.Type]: { [condition.Key]: condition.Value } } }),
  };
  const others = bus.policy === undefined ? [] : statementsOf(bus.policy).filter((entry) => entry.Sid !== sid);
  return { Version: '2012-10-17', Statement: [...others, { ...statement, Sid: sid }] };
}

function parsePolicy(text: string): PolicyDocument {
  try {
    const policy = JSON.parse(text) as PolicyDocument;
    for (const statement of statementsOf(policy)) {
      if (!['Allow', 'Deny'].includes(statement.Effect)) throw new Error(`effect ${statement.Effect}`);
      if (statement.Principal === undefined && statement.NotPrincipal === undefined) throw new Error('no Principal');
    }
    return policy;
  } catch (error) {
    throw new AwsError('ValidationException', `Parameter Policy is not valid. Reason: ${(error as Error).message}`);
  }
}

function save(cloud: Cloud, bus: StoredBus): void {
  cloud.store.put(namespace(bus.account, bus.region, 'buses'), bus.name, bus);
}

function describe(bus: StoredBus) {
  return {
    Name: bus.name,
    Arn: busArn(bus),
    Description: bus.description,
    DeadLetterConfig: bus.deadLetterConfig,
    Policy: bus.policy === undefined ? undefined : JSON.stringify(bus.policy),
    CreationTime: new Date(bus.createdAt),
    LastModifiedTime: new Date(bus.modifiedAt),
  };
}
