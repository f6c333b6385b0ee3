import type { DataLakeSettings } from '@aws-sdk/client-lakeformation';
import { listStacks } from '#aws/cloudformation.ts';
import { isNamed, realPatience } from '#aws/retry.ts';
import { stackNames } from '#mesh/topology/stack-names.ts';
import type { Keys } from '../api.ts';
import { type Check, failed, ok, type Surroundings, skipped, warning } from './check.ts';

/** The CDK's own qualifier, and the version of the bootstrap stack that its stacks ask for at least. */
const QUALIFIER = 'hnb659fds';
const OLDEST_BOOTSTRAP = 6;

/** The version from which Lake Formation shares with an organization, and by RAM alone. */
const OLDEST_SHARING = 3;

/** The account that the credentials are of: what stacks stand on, and the stacks. */
export const ACCOUNT_CHECKS: readonly Check[] = [
  {
    id: 'bootstrap',
    about: 'CDK bootstrap',
    aws: true,
    look: async (surroundings) => {
      const { account, region } = placeOf(surroundings);
      const fix = `npx cdk bootstrap aws://${account}/${region}`;
      const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
      try {
        const command = new GetParameterCommand({ Name: `/cdk-bootstrap/${QUALIFIER}/version` });
        const version = Number((await new SSMClient(configOf(surroundings)).send(command)).Parameter?.Value);
        return version >= OLDEST_BOOTSTRAP
          ? ok(`version ${version}`)
          : failed(`version ${version} is older than ${OLDEST_BOOTSTRAP}`, fix);
      } catch (error) {
        if (isNamed(error, 'ParameterNotFound')) return failed(`${account} is not bootstrapped in ${region}`, fix);
        throw error;
      }
    },
  },
  {
    id: 'lake-admins',
    about: 'Lake Formation admins',
    aws: true,
    look: async (surroundings) => {
      const { account, region } = placeOf(surroundings);
      const role = `arn:aws:iam::${account}:role/cdk-${QUALIFIER}-cfn-exec-role-${account}-${region}`;
      const admins = ((await settingsOf(surroundings)).DataLakeAdmins ?? []).map(
        (one) => one.DataLakePrincipalIdentifier,
      );
      if (admins.includes(role)) return ok('the role that deploys is one');
      return admins.length === 0
        ? warning('nobody is one yet', 'deploy the foundation stack of this account, or make the role that deploys one')
        : failed(`the role that deploys is none of ${admins.length}`, `one of them has to add ${role}`);
    },
  },
  {
    id: 'open-defaults',
    about: 'defaults of new tables',
    aws: true,
    look: async (surroundings) => {
      const settings = await settingsOf(surroundings);
      const open = [
        ...(settings.CreateDatabaseDefaultPermissions ?? []),
        ...(settings.CreateTableDefaultPermissions ?? []),
      ];
      return open.length === 0
        ? ok('Lake Formation alone decides')
        : failed(
            `what is new is open to ${[...new Set(open.map((one) => one.Principal?.DataLakePrincipalIdentifier))].join(', ')}: IAM decides, not Lake Formation`,
            'deploy the foundation stack of this account',
          );
    },
  },
  {
    id: 'cross-account',
    about: 'cross-account version',
    aws: true,
    look: async (surroundings) => {
      const version = (await settingsOf(surroundings)).Parameters?.CROSS_ACCOUNT_VERSION ?? '1';
      const wanted = surroundings.topology?.crossAccountVersion;
      if (Number(version) < OLDEST_SHARING)
        return failed(
          `version ${version} is older than ${OLDEST_SHARING}`,
          'deploy the foundation stack of this account',
        );
      return wanted === undefined || version === wanted
        ? ok(`version ${version}`)
        : warning(`version ${version}, the mesh has ${wanted}`, 'deploy the foundation stack of this account');
    },
  },
  {
    id: 'stacks',
    about: 'stacks',
    aws: true,
    mesh: true,
    look: async (surroundings) => {
      const { aws, topology, identity } = surroundings;
      if (aws === undefined || topology === undefined || identity === undefined) return skipped('nobody is known');
      const wanted = stackNames(topology, identity.account);
      if (wanted.length === 0) return skipped('the mesh has none in this account');
      const there = new Map((await listStacks(aws, realPatience)).map(({ name, status }) => [name, status]));
      const missing = wanted.filter((name) => !there.has(name));
      const broken = wanted.filter((name) => /FAILED|ROLLBACK_COMPLETE/.test(there.get(name) ?? ''));
      const moving = wanted.filter((name) => (there.get(name) ?? '').endsWith('_IN_PROGRESS'));
      const fix = `npx cdk deploy ${[...missing, ...broken].map((name) => `"*/${name}"`).join(' ')}`;
      if (missing.length > 0) return failed(`${missing.join(', ')} of ${wanted.length} are not deployed`, fix);
      if (broken.length > 0)
        return failed(
          broken.map((name) => `${name} is ${there.get(name)}`).join(', '),
          `${fix}, after what its events say`,
        );
      return moving.length === 0
        ? ok(`${wanted.length}, all deployed`)
        : warning(`${moving.join(', ')} is being changed`, 'wait until it is done, and look again');
    },
  },
];

function placeOf({ identity, aws }: Surroundings): { account: string; region: string } {
  return { account: identity?.account ?? '', region: aws?.region ?? '' };
}

function configOf({ aws }: Surroundings) {
  const { region = '', endpoint, credentials } = aws ?? {};
  return { region, endpoint, credentials: credentials as Keys | (() => Promise<Keys>), maxAttempts: 2 };
}

async function settingsOf(surroundings: Surroundings): Promise<DataLakeSettings> {
  const { GetDataLakeSettingsCommand, LakeFormationClient } = await import('@aws-sdk/client-lakeformation');
  const client = new LakeFormationClient(configOf(surroundings));
  return (await client.send(new GetDataLakeSettingsCommand({}))).DataLakeSettings ?? {};
}
