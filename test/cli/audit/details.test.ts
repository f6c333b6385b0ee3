import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { longMembers } from '#cli/audit-details.ts';
import { detailBody } from '#mesh/audit/log/message.ts';
import { TOPOLOGY } from '../../mesh/fixtures.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const texts = Array.from({ length: 30 }, (_, index) => JSON.stringify({ index, pad: 'x'.repeat(index) }));

describe('the members of an entry that are objects of their own', () => {
  let server: Server;
  const objects = new Map(texts.map((text) => [`details/${hashOf(text)}.json`, detailBody(text, hashOf(text))]));

  beforeAll(async () => {
    server = createServer((request, response) => {
      const key = decodeURIComponent((request.url ?? '').split('?')[0] ?? '')
        .split('/')
        .slice(2)
        .join('/');
      const text = objects.get(key);
      response.writeHead(text === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(text ?? '<Error><Code>NoSuchKey</Code><Message>there is none</Message></Error>');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });

  afterAll(() => void server.close());

  const connection = () => ({
    topology: TOPOLOGY,
    region: 'eu-central-1',
    client: {
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' },
    },
  });

  test('are fetched once each, by their hash', async () => {
    const entries = texts.flatMap((text) => [{ stateRef: hashOf(text) }, { detailsRef: hashOf(text) }, {}]);
    expect(await longMembers(connection(), entries)).toEqual(new Map(texts.map((text) => [hashOf(text), text])));
  });

  test('are refused when they are missing, or not what their name says', async () => {
    const missing = longMembers(connection(), [{ stateRef: hashOf('never written') }]);
    await expect(missing).rejects.toMatchObject({ code: 'WEFT-AUDIT-023', hint: 'ask as governance/auditor' });
    const name = hashOf('what it was');
    objects.set(`details/${name}.json`, 'what somebody made of it');
    await expect(longMembers(connection(), [{ detailsRef: name }])).rejects.toMatchObject({ code: 'WEFT-AUDIT-022' });
  });
});
