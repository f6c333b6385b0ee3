import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { addDomainPipeline } from '#stacks/pipeline/pipeline-app.ts';
import { repositoryOf } from '../pipeline/repository.ts';
import { type CfnTemplate, LAMBDAS } from './aviation.ts';

test('a device comes as one group: a certificate without one, or with a path into that of others, is not let in', () => {
  const folder = repositoryOf('edge');
  writeFileSync(join(folder, 'edge/authorities.pem'), '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n');
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  addDomainPipeline(app, { folder, backup: { without: 'the sites keep what they measure' }, lambdas: LAMBDAS });
  const [template] = app.synth().stacks.map((stack) => stack.template as CfnTemplate);
  const roles = Object.values(template?.Resources ?? {}).filter(({ Type }) => Type === 'AWS::IAM::Role');
  const trusting = roles.flatMap(({ Properties }) => {
    const { Statement } = Properties?.AssumeRolePolicyDocument as { Statement: { Principal: object }[] };
    return Statement.filter(({ Principal }) => JSON.stringify(Principal).includes('rolesanywhere'));
  });
  const group = 'aws:PrincipalTag/x509Subject/OU';
  expect(trusting.length).toBeGreaterThan(0);
  for (const statement of trusting) {
    expect(statement).toMatchObject({
      Condition: { Null: { [group]: 'false' }, StringNotLike: { [group]: '*/*' } },
    });
  }
});
