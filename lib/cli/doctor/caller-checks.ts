import { isNamed } from '#aws/retry.ts';
import { accountsOf } from '#mesh/topology/topology.ts';
import type { Keys } from '../api.ts';
import { type Check, failed, ok, type Surroundings, skipped, warning } from './check.ts';

const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'];
const UNKNOWN = [
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
];

/** Signatures are refused when the clocks are further apart than five minutes. */
const REFUSED_MS = 5 * 60_000;
const NOTICED_MS = 60_000;

/** Who asks, from where, and when. */
export const CALLER_CHECKS: readonly Check[] = [
  {
    id: 'clock',
    about: 'clock',
    // Before the credentials: a clock that is wrong makes them look wrong.
    look: async ({ aws, now }) => {
      if (aws === undefined) return skipped('AWS is not asked', 'add --aws to ask it with your credentials');
      const url = aws.endpoint ?? `https://sts.${aws.region}.amazonaws.com`;
      const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(5000) });
      const theirs = Date.parse(response.headers.get('date') ?? '');
      if (Number.isNaN(theirs)) return skipped('the endpoint does not tell its time');
      const apart = Math.abs(now().getTime() - theirs);
      const seconds = `${Math.round(apart / 1000)} s from that of AWS`;
      if (apart > REFUSED_MS) return failed(`this clock is ${seconds}: signatures are refused`, 'set the clock by NTP');
      return apart > NOTICED_MS ? warning(`this clock is ${seconds}`, 'set the clock by NTP') : ok(seconds);
    },
  },
  {
    id: 'credentials',
    about: 'credentials',
    aws: true,
    look: async (surroundings) => {
      try {
        surroundings.identity = await callerOf(surroundings);
        return ok(surroundings.identity.arn);
      } catch (error) {
        const { message } = error as Error;
        if (isNamed(error, ...EXPIRED)) return failed(`they have expired: ${message}`, 'log in again: aws sso login');
        if (isNamed(error, ...UNKNOWN))
          return failed(`AWS does not know them: ${message}`, 'aws configure, or AWS_PROFILE');
        if (isNamed(error, 'CredentialsProviderError'))
          return failed('there are none', 'aws sso login and AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret');
        throw error;
      }
    },
  },
  {
    id: 'account',
    about: 'account',
    aws: true,
    mesh: true,
    look: ({ identity, topology }) => {
      if (identity === undefined || topology === undefined) return skipped('nobody is known');
      const { account } = identity;
      const { mesh, domains, governanceAccount, auditAccount } = topology;
      const domain = domains.find((one) => one.account === account);
      if (domain !== undefined) return ok(`${account} is ${domain.name}'s`);
      if (account === governanceAccount) return ok(`${account} governs ${mesh}`);
      if (account === auditAccount) return ok(`${account} keeps the trail of ${mesh}`);
      if (accountsOf(topology).includes(account)) return ok(`${account} is one of ${mesh}`);
      return failed(
        `${account} is no account of the mesh ${mesh}`,
        `take credentials of one of ${accountsOf(topology).join(', ')}: AWS_PROFILE, or --as with a role ARN`,
      );
    },
  },
  {
    id: 'region',
    about: 'region',
    aws: true,
    mesh: true,
    look: ({ aws, topology }) => {
      if (aws === undefined || topology === undefined) return skipped('no region is known');
      return aws.region === topology.region
        ? ok(aws.region)
        : failed(`${aws.region} is asked, the mesh is in ${topology.region}`, `export AWS_REGION=${topology.region}`);
    },
  },
];

async function callerOf({ aws }: Surroundings): Promise<{ account: string; arn: string }> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const { region = '', endpoint, credentials } = aws ?? {};
  const sts = new STSClient({
    region,
    endpoint,
    credentials: credentials as Keys | (() => Promise<Keys>),
    maxAttempts: 2,
  });
  const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  return { account: Account, arn: Arn };
}
