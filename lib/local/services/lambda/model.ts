import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { AwsError } from '../../core/error.ts';
import type { PolicyDocument } from '../../core/policy.ts';
import type { Context } from '../../core/service.ts';

/** A function as the store keeps it. */
export interface StoredFunction {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly configuration: Configuration;
  /** The folder of the bundle on this machine; undefined: deployed, but nothing here can run it. */
  readonly directory?: string;
  readonly codeSource?: { readonly S3Bucket?: string; readonly S3Key?: string };
  readonly policy?: PolicyDocument;
  readonly reservedConcurrency?: number;
  readonly invokeConfig?: InvokeConfig;
  readonly tags?: Readonly<Record<string, string>>;
  /** Raised by every update; the threads of an older revision are replaced. */
  readonly revision: number;
}

interface Configuration {
  readonly FunctionName: string;
  readonly FunctionArn: string;
  readonly Role: string;
  readonly Handler: string;
  readonly Runtime: string;
  readonly Timeout: number;
  readonly MemorySize: number;
  readonly LastModified: string;
  readonly CodeSize: number;
  readonly CodeSha256: string;
  readonly Description?: string;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
  readonly Architectures?: FunctionConfiguration['Architectures'];
  readonly DeadLetterConfig?: { readonly TargetArn?: string };
  readonly TracingConfig?: { readonly Mode?: string };
  readonly LoggingConfig?: Readonly<Record<string, string>>;
  readonly EphemeralStorage?: { readonly Size?: number };
}

/** How asynchronous invocations are retried and where they end. */
export interface InvokeConfig {
  readonly MaximumRetryAttempts?: number;
  readonly MaximumEventAgeInSeconds?: number;
  readonly DestinationConfig?: {
    readonly OnSuccess?: { readonly Destination?: string };
    readonly OnFailure?: { readonly Destination?: string };
  };
}

export function namespace(account: string, region: string, kind: string): string {
  return `lambda/${account}/${region}/${kind}`;
}

/** Account, region and name behind a function's name, partial ARN or ARN, with or without `:$LATEST`. */
export function parseFunctionName(text: string, context: Pick<Context, 'account' | 'region'>) {
  const match =
    /^(?:arn:aws:lambda:([a-z0-9-]+):)?(?:(\d{12}):)?(?:function:)?([A-Za-z0-9-_]{1,64})(?::([A-Za-z0-9$-_]+))?$/.exec(
      text,
    );
  if (match === null) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern`,
    );
  }
  const [, region = context.region, account = context.account, name = '', qualifier] = match;
  if (qualifier !== undefined && qualifier !== '$LATEST') {
    throw new AwsError('ResourceNotFoundException', `weft local has no versions or aliases: ${text}`, 404);
  }
  return { account, region, name };
}

export function functionArn(account: string, region: string, name: string): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}`;
}

export function functionNotFound(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
}
