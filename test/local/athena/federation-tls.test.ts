import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Cloud, callerFor } from '#local/core/cloud.ts';
import { AthenaService } from '#local/services/athena/service.ts';
import { GlueService } from '#local/services/glue/service.ts';
import { SecretsManagerService } from '#local/services/secrets-manager/service.ts';
import { type Authority, createAuthority, opensslMissing } from '../../servers/certificates.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../../servers/postgres.ts';
import { describeWithServers } from '../../servers/require-server.ts';

const ROOT = 'arn:aws:iam::111111111111:root';
const ROLE = 'arn:aws:iam::111111111111:role/connector';

describeWithServers('a federated catalog over TLS', postgresMissing() ?? opensslMissing(), () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-federated-tls-'));
  let authority: Authority;
  let postgres: PostgresServer;
  let cloud: Cloud;

  const call = async <T>(service: string, operation: string, input: object): Promise<T> => {
    const found = cloud.serviceNamed(service);
    if (found === undefined) throw new Error(`there is no ${service}`);
    return (await cloud.invoke(found, operation, input, cloud.contextFor(callerFor(ROOT, 'test')))) as T;
  };
  /** The schemas of the database, reached by these parameters. */
  const schemas = async (name: string, JDBC_PARAMS: string) => {
    const { host, port, database } = postgres;
    await call('glue', 'CreateConnection', {
      ConnectionInput: {
        Name: name,
        ConnectionType: 'POSTGRESQL',
        ConnectionProperties: { HOST: host, PORT: String(port), DATABASE: database, JDBC_PARAMS },
        AuthenticationConfiguration: { AuthenticationType: 'BASIC', SecretArn: 'tls' },
      },
    });
    const connection = `arn:aws:glue:us-east-1:111111111111:connection/${name}`;
    const Parameters = { 'connection-arn': connection, 'lambda-role-arn': ROLE };
    await call('athena', 'CreateDataCatalog', { Name: name, Type: 'FEDERATED', Parameters });
    const { DatabaseList } = await call<{ DatabaseList: object[] }>('athena', 'ListDatabases', { CatalogName: name });
    return DatabaseList;
  };

  beforeAll(async () => {
    authority = createAuthority('/O=Weft/CN=Authority of a test');
    const { pem: cert, keyPem: key } = authority.issue('/CN=127.0.0.1');
    postgres = await startPostgres({ tls: { cert, key } });
    cloud = new Cloud({ folder });
    for (const service of [new AthenaService(), new GlueService(), new SecretsManagerService(cloud)])
      cloud.register(service);
    const { user: username, password } = postgres;
    await call('secretsmanager', 'CreateSecret', { Name: 'tls', SecretString: JSON.stringify({ username, password }) });
  }, 60_000);

  afterAll(async () => {
    await cloud?.close();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('encrypts where that is required, and verifies the server where that is', async () => {
    const found = [{ Name: 'public' }];
    expect(await schemas('encrypted', 'sslmode=require')).toEqual(found);
    expect(await schemas('verified', `sslmode=verify-full&sslrootcert=${authority.certificate}`)).toEqual(found);
    await expect(schemas('stranger', 'sslmode=verify-full')).rejects.toThrow(/certificate/);
    await expect(schemas('by-default', 'ssl=true')).rejects.toThrow(/certificate/);
    await expect(schemas('in-the-clear', 'sslmode=disable')).rejects.toThrow(/no encryption/);
  });
});
