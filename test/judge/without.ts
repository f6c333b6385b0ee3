import type { Cloud } from '#local/core/cloud.ts';
import { namespace as events } from '#local/services/eventbridge/model.ts';
import { rolesNamespace } from '#local/services/iam/model.ts';
import { keysNamespace } from '#local/services/kms/key.ts';
import { namespace as lambda } from '#local/services/lambda/model.ts';
import { BUCKETS } from '#local/services/s3/bucket.ts';
import { findSecret, secretsNamespace } from '#local/services/secrets-manager/model.ts';
import { queuesNamespace } from '#local/services/sqs/queue.ts';

type Tree = { [member: string]: unknown };
type Document = { Statement: unknown[] };

/** Where the store keeps a resource, and where in it its policy is. */
interface Place {
  readonly space: string;
  readonly key: string;
  readonly path: readonly (string | number)[];
}

/** Does something, at once, for each statement of a resource's own policy while that one is not there. Afterwards all is as it was. */
export function withoutEach(cloud: Cloud, arn: string, work: () => void): void {
  const place = placeOf(cloud, arn);
  const tree = cloud.store.get<Tree>(place.space, place.key);
  if (tree === undefined) throw new Error(`there is no ${arn}`);
  const kept = place.path.reduce<unknown>((part, step) => (part as Tree)[step], tree);
  const document = (typeof kept === 'string' ? JSON.parse(kept) : kept) as Document;
  const statements = [document.Statement].flat();
  for (const left of statements) {
    const rest = { ...document, Statement: statements.filter((statement) => statement !== left) };
    try {
      cloud.store.transaction(() => {
        const changed = structuredClone(tree);
        const [last = '', ...way] = [...place.path].reverse();
        const parent = way.reverse().reduce<Tree>((part, step) => part[step] as Tree, changed);
        parent[last] = typeof kept === 'string' ? JSON.stringify(rest) : rest;
        cloud.store.put(place.space, place.key, changed);
        work();
        throw new Undone();
      });
    } catch (error) {
      if (!(error instanceof Undone)) throw error;
    }
  }
}

class Undone extends Error {}

function placeOf(cloud: Cloud, arn: string): Place {
  const [, , service, region = '', account = '', ...rest] = arn.split(':');
  const name = rest.at(-1) ?? '';
  switch (service) {
    case 's3':
      return { space: BUCKETS, key: name.split('/')[0] ?? '', path: ['documents', 'policy'] };
    case 'sqs':
      return { space: queuesNamespace(account, region), key: name, path: ['attributes', 'Policy'] };
    case 'kms':
      return { space: keysNamespace(account, region), key: name.replace(/^key\//, ''), path: ['policy'] };
    case 'events':
      return { space: events(account, region, 'buses'), key: name.replace(/^event-bus\//, ''), path: ['policy'] };
    case 'lambda':
      return { space: lambda(account, region, 'functions'), key: name, path: ['policy'] };
    case 'secretsmanager':
      return {
        space: secretsNamespace(account, region),
        key: findSecret({ cloud, account, region }, arn)?.name ?? '',
        path: ['policy'],
      };
    case 'iam':
      return { space: rolesNamespace(account), key: name.split('/').at(-1) ?? '', path: ['trust'] };
    default: {
      const id = name.split('/')[0] ?? '';
      const deployments = cloud.store.get<{ deployments: unknown[] }>('apigateway/apis', id)?.deployments ?? [];
      return { space: 'apigateway/apis', key: id, path: ['deployments', deployments.length - 1, 'policy'] };
    }
  }
}
