import { between, type Chance, pick, times } from '../chance.ts';
import { mutate, somePiece } from '../mutate.ts';
import { mutateTree } from '../tree.ts';

/** A request that is signed as somebody, or bytes as they are. */
export type Wire =
  | { readonly raw: string }
  | {
      readonly service: string;
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };

/** Operations of the JSON protocols with a body that is sound, by service: the target's prefix, or the path for REST. */
const JSON_CALLS: readonly (readonly [service: string, target: string, body: object])[] = [
  [
    'dynamodb',
    'DynamoDB_20120810.PutItem',
    { TableName: 'tbl', Item: { pk: { S: 'a' }, n: { N: '1' }, m: { M: { x: { L: [{ BOOL: true }] } } } } },
  ],
  ['dynamodb', 'DynamoDB_20120810.GetItem', { TableName: 'tbl', Key: { pk: { S: 'a' } } }],
  [
    'dynamodb',
    'DynamoDB_20120810.UpdateItem',
    {
      TableName: 'tbl',
      Key: { pk: { S: 'a' } },
      UpdateExpression: 'SET n = if_not_exists(n, :o) + :o REMOVE m.x[0]',
      ConditionExpression: 'attribute_exists(pk) AND (n < :o OR contains(m, :s))',
      ExpressionAttributeValues: { ':o': { N: '1' }, ':s': { S: 'x' } },
    },
  ],
  [
    'dynamodb',
    'DynamoDB_20120810.Query',
    { TableName: 'tbl', KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'a' } }, Limit: 2 },
  ],
  [
    'dynamodb',
    'DynamoDB_20120810.TransactWriteItems',
    {
      TransactItems: [
        { Put: { TableName: 'tbl', Item: { pk: { S: 'b' } } } },
        { Delete: { TableName: 'tbl', Key: { pk: { S: 'c' } } } },
      ],
    },
  ],
  ['sqs', 'AmazonSQS.SendMessage', { QueueUrl: 'http://localhost/111111111111/q', MessageBody: 'x' }],
  ['sqs', 'AmazonSQS.ReceiveMessage', { QueueUrl: 'http://localhost/111111111111/q', MaxNumberOfMessages: 10 }],
  [
    'sqs',
    'AmazonSQS.CreateQueue',
    { QueueName: 'r.fifo', Attributes: { FifoQueue: 'true', RedrivePolicy: '{"maxReceiveCount":3}' } },
  ],
  ['events', 'AWSEvents.PutEvents', { Entries: [{ Source: 's', DetailType: 'd', Detail: '{"a":1}' }] }],
  ['events', 'AWSEvents.PutRule', { Name: 'r', EventPattern: '{"source":[{"prefix":"s"},{"anything-but":["x"]}]}' }],
  [
    'events',
    'AWSEvents.TestEventPattern',
    { EventPattern: '{"detail":{"a":[{"numeric":[">",0]}]}}', Event: '{"detail":{"a":1}}' },
  ],
  ['ssm', 'AmazonSSM.PutParameter', { Name: '/a/b', Value: 'v', Type: 'String' }],
  ['ssm', 'AmazonSSM.GetParametersByPath', { Path: '/a', Recursive: true }],
  ['glue', 'AWSGlue.CreateDatabase', { DatabaseInput: { Name: 'd' } }],
  [
    'glue',
    'AWSGlue.CreateTable',
    {
      DatabaseName: 'd',
      TableInput: {
        Name: 'x',
        StorageDescriptor: { Columns: [{ Name: 'c', Type: 'string' }], Location: 's3://bkt/x/' },
      },
    },
  ],
  ['glue', 'AWSGlue.GetTables', { DatabaseName: 'd', Expression: '(a+)+$' }],
  [
    'athena',
    'AmazonAthena.StartQueryExecution',
    { QueryString: 'SELECT 1', ResultConfiguration: { OutputLocation: 's3://bkt/r/' } },
  ],
  ['kms', 'TrentService.Sign', { KeyId: 'alias/x', Message: 'eA==', SigningAlgorithm: 'ECDSA_SHA_256' }],
  ['secretsmanager', 'secretsmanager.GetSecretValue', { SecretId: 's' }],
  [
    'lakeformation',
    '/GrantPermissions',
    {
      Principal: { DataLakePrincipalIdentifier: 'arn:aws:iam::111111111111:role/x' },
      Resource: { Database: { Name: 'd' } },
      Permissions: ['DESCRIBE'],
    },
  ],
  ['lakeformation', '/ListPermissions', { MaxResults: 1 }],
  ['lambda', '/2015-03-31/functions/x/invocations', { a: 1 }],
  ['scheduler', '/schedules/x', { ScheduleExpression: 'rate(1 day)' }],
  ['states', 'AWSStepFunctions.StartExecution', {}],
];
const KEYS = [
  'a',
  'a/b',
  '../../secret.txt',
  '..%2f..%2f..%2fsecret.txt',
  '%2e%2e/%2e%2e/secret.txt',
  '/etc/passwd',
  '//x',
  '.',
  '..',
  'a/../../../secret.txt',
  'a%00b',
  'é',
  '%',
  '%ff',
  '...',
  'a'.repeat(1024),
  'a'.repeat(5000),
  'con',
  'a\\..\\..\\secret.txt',
  '~',
  '.weft',
  'state.sqlite',
];
const BUCKETS = [
  'bkt',
  'bkt',
  'bkt',
  'bkt',
  '..',
  '%2e%2e',
  'secret.txt',
  '.',
  '',
  'constructor',
  '__proto__',
  'B',
  'a..b',
  'x'.repeat(64),
  'state.sqlite',
];
const QUERIES = [
  '',
  '',
  '',
  '?uploads',
  '?uploadId=x&partNumber=1',
  '?uploadId=../../x&partNumber=1',
  '?versionId=../../../secret.txt',
  '?list-type=2&prefix=../&max-keys=-1',
  '?list-type=2&max-keys=1e9&continuation-token=%ff',
  '?delete',
  '?versions',
  '?acl',
  '?policy',
  '?notification',
  '?lifecycle',
  '?versioning',
  '?object-lock',
  '?constructor',
  '?X-Amz-Credential=a/b/c/d/e&X-Amz-Signature=x',
  '?partNumber=99999&uploadId=1',
  '?response-content-type=a%0d%0ab',
];
const XML = [
  '<Delete><Object><Key>../../secret.txt</Key></Object></Delete>',
  '<Delete><Object><Key>a</Key></Object><Object><Key>&#0;</Key></Object></Delete>',
  '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&a;</Key></Object></Delete>',
  '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
  '<LifecycleConfiguration><Rule><Status>Enabled</Status></Rule></LifecycleConfiguration>',
  '<a>'.repeat(3_000),
  'x'.repeat(100_000),
];
const HEADERS: readonly (readonly [string, string])[] = [
  ['x-amz-copy-source', '/bkt/../../secret.txt'],
  ['x-amz-copy-source', 'bkt/%2e%2e/%2e%2e/secret.txt'],
  ['x-amz-copy-source', '%'],
  ['x-amz-meta-a', 'x'],
  ['x-amz-meta-a', '\u00ff\u0080'],
  ['range', 'bytes=5-1'],
  ['range', 'bytes=-999999999999'],
  ['range', 'bytes=0-0,1-1'],
  ['if-none-match', '*'],
  ['content-md5', 'x'],
  ['x-amz-checksum-sha256', 'x'],
  ['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'],
  ['content-encoding', 'aws-chunked'],
  ['x-amz-decoded-content-length', '99999999999999'],
  ['x-amz-object-lock-mode', 'GOVERNANCE'],
  ['x-amz-object-lock-retain-until-date', 'never'],
  ['x-amz-storage-class', 'constructor'],
  ['x-amz-tagging', 'a=b&a=c&%'],
  ['x-amz-server-side-encryption', 'aws:kms'],
  ['expect', '100-continue'],
  ['transfer-encoding', 'chunked'],
  ['host', '127.0.0.1.evil.example'],
  ['host', 'a.localhost'],
  ['origin', 'https://evil.example'],
];
const RAW: readonly string[] = [
  'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nffffffffffffffff\r\nx',
  'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc',
  'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\nabc',
  'GET /../../secret.txt HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /bkt/..%2f..%2fsecret.txt HTTP/1.0\r\nHost: localhost\r\n\r\n',
  'GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n',
  'CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  'POST /_weft/credentials HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\n{"arn":"x y z"}',
  'POST /_weft/clock HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18\r\n\r\n{"advanceMs":"NaN"',
  'GET /_weft/status HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n',
  'GET /_aws/execute-api/x/y/../../z HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /_weft/../_weft/status HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00',
];

export function someWire(chance: Chance): string {
  const wire = some(chance);
  return JSON.stringify(wire);
}

function some(chance: Chance): Wire {
  const how = chance();
  if (how < 0.15) {
    const raw = pick(chance, RAW);
    return { raw: chance() < 0.6 ? mutate(chance, raw).slice(0, 200_000) : raw };
  }
  const headers = Object.fromEntries(times(chance, 0, 2, () => pick(chance, HEADERS)));
  if (how < 0.55) return objectCall(chance, headers);
  if (how < 0.62) {
    const form = pick(chance, [
      'Action=GetCallerIdentity&Version=2011-06-15',
      'Action=AssumeRole&RoleArn=x&RoleSessionName=y',
      'Action=ListRoles&Version=2010-05-08',
      'Action=constructor',
      'Action=GetRole&RoleName=__proto__',
      '',
    ]);
    const body = chance() < 0.5 ? mutate(chance, form) : form;
    return {
      service: pick(chance, ['sts', 'iam', 'cloudformation']),
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    };
  }
  const [service, target, sound] = pick(chance, JSON_CALLS);
  const rest = target.startsWith('/');
  const named =
    chance() < 0.1
      ? `${target.split('.')[0]}.${pick(chance, ['constructor', '__proto__', 'toString', 'Nothing', ''])}`
      : target;
  const changed = chance() < 0.75 ? mutateTree(chance, sound) : sound;
  const body =
    chance() < 0.2
      ? mutate(chance, JSON.stringify(changed))
      : pick(chance, [
          JSON.stringify(changed),
          JSON.stringify(changed),
          JSON.stringify(changed),
          'null',
          '[]',
          '1',
          '',
        ]);
  return {
    service,
    method: pick(chance, ['POST', 'POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE']),
    path: rest ? (chance() < 0.2 ? `/${somePiece(chance).slice(0, 200)}` : target) : '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', ...(rest ? {} : { 'x-amz-target': named }), ...headers },
    body: body.slice(0, 300_000),
  };
}

function objectCall(chance: Chance, headers: Readonly<Record<string, string>>): Wire {
  const key =
    chance() < 0.2 ? encodeURIComponent(somePiece(chance).toWellFormed()).slice(0, 3_000) : pick(chance, KEYS);
  const body = pick(chance, ['', 'body', pick(chance, XML), mutate(chance, pick(chance, XML))]);
  return {
    service: 's3',
    method: pick(chance, ['PUT', 'PUT', 'GET', 'HEAD', 'DELETE', 'POST', 'OPTIONS', 'PATCH']),
    path: `/${pick(chance, BUCKETS)}${chance() < 0.85 ? `/${key}` : ''}${pick(chance, QUERIES)}`,
    headers,
    body: body.slice(0, 200_000 * between(chance, 1, 2)),
  };
}
