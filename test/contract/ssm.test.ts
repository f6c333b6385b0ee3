import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { expect, test } from '@jest/globals';
import { SsmService } from '#local/services/ssm/service.ts';
import { describeBackends } from './harness.ts';

describeBackends('SSM', { moto: true, services: () => [new SsmService()] }, (backend) => {
  const put = (ssm: SSMClient, Name: string, Value: string, Overwrite = false) =>
    ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite }));

  test('gives back what was put, raises the version at each overwrite and keeps the old ones', async () => {
    const ssm = backend.client(SSMClient);
    expect((await put(ssm, '/mesh/a', 'one')).Version).toBe(1);
    expect((await put(ssm, '/mesh/a', 'two', true)).Version).toBe(2);
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/mesh/a' }));
    expect(Parameter).toMatchObject({ Name: '/mesh/a', Value: 'two', Version: 2, Type: 'String' });
    expect(Parameter?.ARN).toBe(`arn:aws:ssm:us-east-1:${backend.account}:parameter/mesh/a`);
    const old = await ssm.send(new GetParameterCommand({ Name: '/mesh/a:1' }));
    expect(old.Parameter?.Value).toBe('one');
  });

  test('refuses to overwrite unasked', async () => {
    const ssm = backend.client(SSMClient);
    await put(ssm, '/mesh/a', 'one');
    await expect(put(ssm, '/mesh/a', 'two')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  });

  test('answers ParameterNotFound, and lists the unknown of several names', async () => {
    const ssm = backend.client(SSMClient);
    await expect(ssm.send(new GetParameterCommand({ Name: '/none' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
    await put(ssm, '/mesh/a', 'one');
    const several = await ssm.send(new GetParametersCommand({ Names: ['/mesh/a', '/none'] }));
    expect(several.Parameters?.map(({ Name }) => Name)).toEqual(['/mesh/a']);
    expect(several.InvalidParameters).toEqual(['/none']);
  });

  test('reads a path one level or whole, in pages of ten at most', async () => {
    const ssm = backend.client(SSMClient);
    for (let number = 10; number < 23; number += 1) await put(ssm, `/mesh/domains/d${number}`, 'x');
    await put(ssm, '/mesh/domains/d10/below', 'x');
    await put(ssm, '/meshes/other', 'x');
    const names: string[] = [];
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const page = await ssm.send(new GetParametersByPathCommand({ Path: '/mesh', Recursive: true, NextToken }));
      names.push(...(page.Parameters ?? []).map(({ Name }) => Name ?? ''));
      expect(page.Parameters?.length).toBeLessThanOrEqual(10);
      NextToken = page.NextToken;
      pages += 1;
    } while (NextToken !== undefined);
    expect(pages).toBe(2);
    expect(names).toHaveLength(14);
    const shallow = await ssm.send(new GetParametersByPathCommand({ Path: '/mesh/domains/d10' }));
    expect(shallow.Parameters?.map(({ Name }) => Name)).toEqual(['/mesh/domains/d10/below']);
    const tooMany = new GetParametersByPathCommand({ Path: '/mesh', MaxResults: 11 });
    await expect(ssm.send(tooMany)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('describes without values, deletes one and several', async () => {
    const ssm = backend.client(SSMClient);
    await put(ssm, '/mesh/a', 'one');
    await put(ssm, '/mesh/b', 'two');
    const described = await ssm.send(
      new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Name', Option: 'BeginsWith', Values: ['/mesh/'] }] }),
    );
    expect(described.Parameters?.map(({ Name }) => Name).sort()).toEqual(['/mesh/a', '/mesh/b']);
    await ssm.send(new DeleteParameterCommand({ Name: '/mesh/a' }));
    await expect(ssm.send(new DeleteParameterCommand({ Name: '/mesh/a' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
    const deleted = await ssm.send(new DeleteParametersCommand({ Names: ['/mesh/a', '/mesh/b'] }));
    expect(deleted).toMatchObject({ DeletedParameters: ['/mesh/b'], InvalidParameters: ['/mesh/a'] });
  });

  test('keeps accounts apart', async () => {
    await put(backend.client(SSMClient), '/mesh/a', 'one');
    const other = backend.client(SSMClient, backend.newAccount());
    await expect(other.send(new GetParameterCommand({ Name: '/mesh/a' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
  });

  test('tags a parameter, replaces a tag of the same key, and takes it off', async () => {
    const ssm = backend.client(SSMClient);
    await put(ssm, '/mesh/a', 'one');
    const resource = { ResourceType: 'Parameter', ResourceId: '/mesh/a' } as const;
    const tag = (Key: string, Value: string) =>
      ssm.send(new AddTagsToResourceCommand({ ...resource, Tags: [{ Key, Value }] }));
    const tags = async () => (await ssm.send(new ListTagsForResourceCommand(resource))).TagList;
    await tag('domain', 'sales');
    await tag('domain', 'aviation');
    await tag('class', 'internal');
    expect(await tags()).toEqual([
      { Key: 'domain', Value: 'aviation' },
      { Key: 'class', Value: 'internal' },
    ]);
    await ssm.send(new RemoveTagsFromResourceCommand({ ...resource, TagKeys: ['domain'] }));
    expect(await tags()).toEqual([{ Key: 'class', Value: 'internal' }]);
    const none = { ...resource, ResourceId: '/none' };
    await expect(ssm.send(new ListTagsForResourceCommand(none))).rejects.toMatchObject({ name: 'InvalidResourceId' });
  });

  test('refuses a name that begins with aws', async () => {
    await expect(put(backend.client(SSMClient), 'aws.a', 'x')).rejects.toThrow();
  });

  backend.differs('ssm-long-value', 'refuses a value of more than 4 KB', async () => {
    await expect(put(backend.client(SSMClient), '/mesh/a', 'x'.repeat(4097))).rejects.toThrow();
  });

  backend.differs('ssm-name', 'refuses a name with a space', async () => {
    await expect(put(backend.client(SSMClient), '/mesh/a b', 'x')).rejects.toThrow();
  });

  test('keeps a secret apart from what is plain, and gives it only when asked to decrypt', async () => {
    const ssm = backend.client(SSMClient);
    await ssm.send(new PutParameterCommand({ Name: '/mesh/s', Value: 'hidden', Type: 'SecureString' }));
    const plain = await ssm.send(new GetParameterCommand({ Name: '/mesh/s', WithDecryption: true }));
    expect(plain.Parameter).toMatchObject({ Type: 'SecureString', Value: 'hidden' });
    const sealed = await ssm.send(new GetParameterCommand({ Name: '/mesh/s' }));
    expect(sealed.Parameter?.Value).not.toBe('hidden');
  });

  test('has no version that was never put', async () => {
    const ssm = backend.client(SSMClient);
    await put(ssm, '/mesh/a', 'one');
    await expect(ssm.send(new GetParameterCommand({ Name: '/mesh/a:7' }))).rejects.toMatchObject({
      name: 'ParameterVersionNotFound',
    });
  });

  test('takes ten names at most', async () => {
    const Names = Array.from({ length: 11 }, (_, at) => `/mesh/${at}`);
    const ssm = backend.client(SSMClient);
    await expect(ssm.send(new GetParametersCommand({ Names }))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  backend.differs('ssm-delete-eleven', 'deletes ten names at most', async () => {
    const Names = Array.from({ length: 11 }, (_, at) => `/mesh/${at}`);
    const attempt = backend.client(SSMClient).send(new DeleteParametersCommand({ Names }));
    await expect(attempt).rejects.toMatchObject({ name: 'ValidationException' });
  });

  backend.differs('ssm-path-filters', 'filters no path', async () => {
    const ssm = backend.client(SSMClient);
    const ParameterFilters = [{ Key: 'Type', Values: ['StringList'] }];
    const filtered = new GetParametersByPathCommand({ Path: '/mesh', ParameterFilters });
    await expect(ssm.send(filtered)).rejects.toThrow('ParameterFilters');
  });
});
