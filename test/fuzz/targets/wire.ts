import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Instance, openInstance } from '#local/instance/instance.ts';
import { type Bench, oneByOne, type Target, type Verdict } from '../target.ts';
import { someWire, type Wire } from './wire-texts.ts';

const ROOT = 'arn:aws:iam::111111111111:root';
const SECRET = 'CANARY-outside-the-folder';
/** A connection is given up after that: what is not whole waits for the rest, as it should. */
const PATIENCE = 400;

/** Requests to the port of a local AWS. */
export const target: Target = {
  name: 'wire',
  what: 'whatever comes over HTTP gets an answer of its protocol and leaves the server up; no file beside the data folder is read or written',
  suffix: 'json',
  make: someWire,
  open,
};

async function open(): Promise<Bench> {
  const outer = mkdtempSync(join(tmpdir(), 'weft-wire-'));
  const folder = join(outer, 'a/data');
  mkdirSync(folder, { recursive: true });
  for (const place of ['secret.txt', 'a/secret.txt']) writeFileSync(join(outer, place), SECRET);
  const instance = await openInstance({ folder, port: 0, live: false });
  await prepare(instance);
  return oneByOne(
    (input) => judge(input, instance, outer),
    async () => {
      await instance.close();
      rmSync(outer, { recursive: true, force: true });
    },
  );
}

async function prepare({ cloud }: Instance): Promise<void> {
  const config = cloud.clientConfig(ROOT) as never;
  await new S3Client(config).send(new CreateBucketCommand({ Bucket: 'bkt' }));
  await new SQSClient(config).send(new CreateQueueCommand({ QueueName: 'q' }));
  await new DynamoDBClient(config).send(
    new CreateTableCommand({
      TableName: 'tbl',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
}

async function judge(input: string, instance: Instance, outer: string): Promise<Verdict> {
  let wire: Wire;
  try {
    wire = JSON.parse(input) as Wire;
  } catch {
    return 'refused';
  }
  const answer = 'raw' in wire ? await sendRaw(wire.raw, instance.port) : await sendSigned(wire, instance);
  const up = await sendRaw('GET /_weft/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', instance.port);
  if (!up.startsWith('HTTP/1.1 200')) return { wrong: `crash: the server answers no more: ${up.slice(0, 200)}` };
  if (answer.includes(SECRET)) return { wrong: 'leak: a file beside the data folder is told' };
  const found = readdirSync(outer, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.startsWith(join('a', 'data')),
  );
  if (found.sort().join() !== ['a', 'a/secret.txt', 'secret.txt'].join())
    return { wrong: `bypass: there is ${found.join()}` };
  for (const place of ['secret.txt', 'a/secret.txt'])
    if (readFileSync(join(outer, place), 'utf8') !== SECRET) return { wrong: `bypass: ${place} was written` };
  if (answer === '') return 'refused';
  // Members of another type than the service's model has them get there: the local AWS has no such model.
  const failure = /InternalFailure|weft local failed: [^<"]*/.exec(answer)?.[0];
  const illTyped = /TypeError/.test(answer) && !('raw' in wire);
  if (failure !== undefined && !illTyped) return { wrong: `unknown: ${failure} ${answer.slice(-300)}` };
  return /^(HTTP\/1.1 )?2\d\d/.test(answer) ? 'accepted' : 'refused';
}

async function sendSigned(wire: Exclude<Wire, { raw: string }>, { cloud, port }: Instance): Promise<string> {
  const { service, method, path, headers, body } = wire;
  const mark = path.indexOf('?');
  const bare = mark < 0 ? path : path.slice(0, mark);
  const query = mark < 0 ? {} : Object.fromEntries(new URLSearchParams(path.slice(mark + 1)));
  const { accessKeyId, secretAccessKey, sessionToken } = cloud.credentials(ROOT);
  const signer = new SignatureV4({
    service,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: true,
  });
  let signed: Awaited<ReturnType<typeof signer.sign>>;
  try {
    signed = await signer.sign(
      new HttpRequest({
        method,
        path: bare,
        query,
        headers: {
          host: '127.0.0.1',
          ...(body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
          ...headers,
        },
        body,
      }),
    );
  } catch {
    return '';
  }
  return new Promise((resolve) => {
    try {
      const call = request({
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: signed.headers,
        timeout: 5_000,
        agent: false,
      });
      call.on('response', (response) => {
        let text = '';
        response.setEncoding('latin1');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(`${response.statusCode} ${JSON.stringify(response.headers)} ${text}`));
        response.on('error', () => resolve(''));
      });
      call.on('timeout', () => call.destroy());
      call.on('error', () => resolve(''));
      call.end(body);
    } catch {
      // Node's client does not even send it.
      resolve('');
    }
  });
}

function sendRaw(text: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(Buffer.from(text, 'latin1')));
    socket.setTimeout(PATIENCE, () => socket.destroy());
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}
