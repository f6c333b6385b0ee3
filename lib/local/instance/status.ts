import type { Cloud } from '../core/cloud.ts';
import { listStacks } from '../deployer/stack-record.ts';
import { LambdaService } from '../services/lambda/service.ts';

interface StackStatusLine {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly status: string;
  readonly resources: number;
}

interface FunctionStatusLine {
  readonly name: string;
  readonly account: string;
  /** Since this process started. */
  readonly invocations: number;
  readonly errors: number;
}

/** What `GET /_weft/status` answers. */
export interface InstanceStatus {
  readonly services: readonly string[];
  readonly stacks: readonly StackStatusLine[];
  readonly functions: readonly FunctionStatusLine[];
  /** Services that wait for a time, and when that is. */
  readonly waiting: readonly { readonly service: string; readonly due: string }[];
}

export function status(cloud: Cloud): InstanceStatus {
  const services = cloud.services();
  return {
    services: services.map(({ signingName }) => signingName).sort(),
    stacks: listStacks(cloud.store).map(({ stackName, account, region, status: state, resources }) => ({
      name: stackName,
      account,
      region,
      status: state,
      resources: Object.keys(resources).length,
    })),
    functions: functionsOf(cloud),
    waiting: services.flatMap((service) => {
      const due = service.nextDue?.();
      return due === undefined ? [] : [{ service: service.signingName, due: new Date(due).toISOString() }];
    }),
  };
}

function functionsOf(cloud: Cloud): FunctionStatusLine[] {
  const stats = new Map(
    cloud
      .service(LambdaService)
      .stats()
      .map((entry) => [entry.functionArn, entry]),
  );
  return cloud.store.namespaces('lambda/').flatMap((ns) => {
    const [, account = '', region = '', kind] = ns.split('/');
    if (kind !== 'functions') return [];
    return cloud.store.list(ns).map(({ key }) => {
      const seen = stats.get(`arn:aws:lambda:${region}:${account}:function:${key}`);
      return { name: key, account, invocations: seen?.durations.length ?? 0, errors: seen?.errors ?? 0 };
    });
  });
}
