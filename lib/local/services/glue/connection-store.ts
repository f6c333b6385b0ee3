import type { Cloud } from '../../core/cloud.ts';

/** A connection as Glue answers it; times are epoch seconds. */
export interface GlueConnection {
  readonly Name: string;
  readonly Description?: string;
  readonly ConnectionType: string;
  readonly ConnectionProperties: Readonly<Record<string, string>>;
  readonly AuthenticationConfiguration?: {
    readonly AuthenticationType?: string | undefined;
    readonly SecretArn?: string | undefined;
    readonly KmsKeyArn?: string | undefined;
  };
  readonly PhysicalConnectionRequirements?: object;
  readonly AthenaProperties?: Readonly<Record<string, string>>;
  readonly CreationTime: number;
  readonly LastUpdatedTime: number;
  readonly LastUpdatedBy: string;
}

function namespace(cloud: Cloud, catalogId: string): string {
  return `glue/${catalogId}/${cloud.region}/connection`;
}

/** The connections of every account. */
export const connections = {
  get: (cloud: Cloud, catalogId: string, name: string): GlueConnection | undefined =>
    cloud.store.get(namespace(cloud, catalogId), name),
  put: (cloud: Cloud, catalogId: string, connection: GlueConnection): void =>
    cloud.store.put(namespace(cloud, catalogId), connection.Name, connection),
  delete: (cloud: Cloud, catalogId: string, name: string): boolean =>
    cloud.store.delete(namespace(cloud, catalogId), name),
};
