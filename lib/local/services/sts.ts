import { callerFor } from '../core/cloud.ts';
import { queryCodec } from '../core/codecs.ts';
import { issueCredentials } from '../core/credentials.ts';
import { AwsError } from '../core/error.ts';
import type { Context, Operations, Service } from '../core/service.ts';

/** AWS Security Token Service: who am I, and role sessions. */
export class StsService implements Service {
  readonly signingName = 'sts';
  readonly codec = queryCodec;

  readonly operations: Operations = {
    GetCallerIdentity: {
      run: (_input: unknown, { caller }: Context) => ({
        UserId: caller.kind === 'role' ? `${caller.principalId}:${caller.sessionName}` : caller.principalId,
        Account: caller.account,
        Arn: caller.arn,
      }),
    },
    AssumeRole: {
      resources: (input: { RoleArn: string }) => [input.RoleArn],
      run: (input: { RoleArn: string; RoleSessionName: string; DurationSeconds?: string }, context: Context) => {
        const caller = callerFor(input.RoleArn, input.RoleSessionName);
        if (caller.kind !== 'role') throw new AwsError('ValidationError', `${input.RoleArn} is not a role`);
        const seconds = Number(input.DurationSeconds ?? '3600');
        const expiration = context.now + seconds * 1000;
        const keys = issueCredentials(context.cloud.store, caller, expiration, `${context.requestId} ${input.RoleArn}`);
        return {
          Credentials: {
            AccessKeyId: keys.accessKeyId,
            SecretAccessKey: keys.secretAccessKey,
            SessionToken: keys.sessionToken,
            Expiration: new Date(expiration),
          },
          AssumedRoleUser: { AssumedRoleId: `${caller.principalId}:${input.RoleSessionName}`, Arn: caller.arn },
        };
      },
    },
  };
}
