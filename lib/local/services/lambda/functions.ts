import { createHash } from 'node:crypto';
import type { CreateFunctionRequest, FunctionCode, UpdateFunctionConfigurationRequest } from '@aws-sdk/client-lambda';
import { AwsError } from '../../core/error.ts';
import type { Context, Operations } from '../../core/service.ts';
import type { Store } from '../../core/store.ts';
import { functionArn, functionNotFound, namespace, parseFunctionName, type StoredFunction } from './model.ts';

interface Named {
  readonly FunctionName: string;
}
type Code = FunctionCode & { readonly LocalDirectory?: string };

const CREATE_MEMBERS = new Set(
  'FunctionName Runtime Role Handler Code Description Timeout MemorySize Publish Environment Architectures DeadLetterConfig TracingConfig LoggingConfig EphemeralStorage Tags PackageType Layers'.split(
    ' ',
  ),
);

/** The functions themselves: their configuration, code and reserved concurrency. */
export function functionOperations(onChange: (stored: StoredFunction, deleted: boolean) => void): Operations {
  const save = (store: Store, stored: StoredFunction): StoredFunction => {
    const next = { ...stored, revision: stored.revision + 1 };
    store.put(namespace(stored.account, stored.region, 'functions'), stored.name, next);
    onChange(next, false);
    return next;
  };
  const on = (input: Named, context: Context) => {
    const { account, region, name } = parseFunctionName(input.FunctionName, context);
    return [functionArn(account, region, name)];
  };

  return {
    CreateFunction: {
      resources: on,
      run: (input: CreateFunctionRequest & { Code: Code }, context: Context) => {
        const { account, region, name } = parseFunctionName(input.FunctionName ?? '', context);
        refuseUnknown(input, CREATE_MEMBERS);
        if (input.Layers !== undefined && input.Layers.length > 0) throw invalid('weft local has no layers');
        if (findFunction(context.cloud.store, account, region, name) !== undefined) {
          throw new AwsError('ResourceConflictException', `Function already exist: ${name}`, 409);
        }
        if (!/^arn:aws:iam::\d{12}:role\//.test(input.Role ?? ''))
          throw invalid(`${input.Role} is not the ARN of a role`);
        if (!/^nodejs/.test(input.Runtime ?? ''))
          throw invalid(`weft local runs Node.js functions only, not ${input.Runtime}`);
        const stored = save(context.cloud.store, {
          account,
          region,
          name,
          revision: 0,
          directory: input.Code.LocalDirectory,
          codeSource: { S3Bucket: input.Code.S3Bucket, S3Key: input.Code.S3Key },
          tags: input.Tags,
          configuration: {
            FunctionName: name,
            FunctionArn: functionArn(account, region, name),
            Role: input.Role ?? '',
            Handler: input.Handler ?? '',
            Runtime: input.Runtime ?? '',
            Description: input.Description ?? '',
            Timeout: checkTimeout(input.Timeout ?? 3),
            MemorySize: input.MemorySize ?? 128,
            LastModified: new Date(context.now).toISOString().replace('Z', '+0000'),
            CodeSize: 0,
            CodeSha256: codeSha(input.Code),
            Environment: input.Environment,
            Architectures: input.Architectures ?? ['x86_64'],
            DeadLetterConfig: input.DeadLetterConfig,
            TracingConfig: input.TracingConfig ?? { Mode: 'PassThrough' },
            LoggingConfig: input.LoggingConfig as Record<string, string> | undefined,
            EphemeralStorage: input.EphemeralStorage ?? { Size: 512 },
          },
        });
        return describe(stored);
      },
    },
    GetFunction: {
      resources: on,
      run: (input: Named, context: Context) => {
        const stored = getFunction(input.FunctionName, context);
        return {
          Configuration: describe(stored),
          Code: { RepositoryType: 'S3', Location: stored.directory },
          Tags: stored.tags,
          Concurrency:
            stored.reservedConcurrency === undefined
              ? undefined
              : { ReservedConcurrentExecutions: stored.reservedConcurrency },
        };
      },
    },
    GetFunctionConfiguration: {
      resources: on,
      run: (input: Named, context: Context) => describe(getFunction(input.FunctionName, context)),
    },
    ListFunctions: {
      run: (_input: unknown, { cloud, account, region }: Context) => ({
        Functions: cloud.store
          .list<StoredFunction>(namespace(account, region, 'functions'))
          .map(({ value }) => describe(value)),
      }),
    },
    UpdateFunctionCode: {
      resources: on,
      run: (input: Named & Code, context: Context) => {
        const stored = getFunction(input.FunctionName, context);
        const next = save(context.cloud.store, {
          ...stored,
          directory: input.LocalDirectory,
          codeSource: { S3Bucket: input.S3Bucket, S3Key: input.S3Key },
          configuration: { ...stored.configuration, CodeSha256: codeSha(input) },
        });
        return describe(next);
      },
    },
    UpdateFunctionConfiguration: {
      resources: on,
      run: (input: UpdateFunctionConfigurationRequest & Named, context: Context) => {
        const stored = getFunction(input.FunctionName, context);
        const { FunctionName: _name, ...changes } = input;
        refuseUnknown(changes, CREATE_MEMBERS);
        if (changes.Timeout !== undefined) checkTimeout(changes.Timeout);
        const configuration = { ...stored.configuration, ...(changes as Partial<StoredFunction['configuration']>) };
        return describe(save(context.cloud.store, { ...stored, configuration }));
      },
    },
    DeleteFunction: {
      resources: on,
      run: (input: Named, context: Context) => {
        const stored = getFunction(input.FunctionName, context);
        context.cloud.store.delete(namespace(stored.account, stored.region, 'functions'), stored.name);
        onChange(stored, true);
      },
    },
    PutFunctionConcurrency: {
      resources: on,
      run: (input: Named & { ReservedConcurrentExecutions: number }, context: Context) => {
        const reservedConcurrency = input.ReservedConcurrentExecutions;
        save(context.cloud.store, { ...getFunction(input.FunctionName, context), reservedConcurrency });
        return { ReservedConcurrentExecutions: reservedConcurrency };
      },
    },
    DeleteFunctionConcurrency: {
      resources: on,
      run: (input: Named, context: Context) => {
        save(context.cloud.store, { ...getFunction(input.FunctionName, context), reservedConcurrency: undefined });
      },
    },
    GetFunctionConcurrency: {
      resources: on,
      run: (input: Named, context: Context) => ({
        ReservedConcurrentExecutions: getFunction(input.FunctionName, context).reservedConcurrency,
      }),
    },
    TagResource: {
      resources: (input: { Resource: string }) => [input.Resource],
      run: (input: { Resource: string; Tags: Record<string, string> }, context: Context) => {
        const stored = getFunction(input.Resource, context);
        save(context.cloud.store, { ...stored, tags: { ...stored.tags, ...input.Tags } });
      },
    },
    ListTags: {
      resources: (input: { Resource: string }) => [input.Resource],
      run: (input: { Resource: string }, context: Context) => ({
        Tags: getFunction(input.Resource, context).tags ?? {},
      }),
    },
  };
}

/** @throws AwsError `ResourceNotFoundException`. */
export function getFunction(text: string, context: Context): StoredFunction {
  const { account, region, name } = parseFunctionName(text, context);
  const stored = findFunction(context.cloud.store, account, region, name);
  if (stored === undefined) throw functionNotFound(functionArn(account, region, name));
  return stored;
}

export function findFunction(store: Store, account: string, region: string, name: string): StoredFunction | undefined {
  return store.get<StoredFunction>(namespace(account, region, 'functions'), name);
}

function describe(stored: StoredFunction) {
  return {
    ...stored.configuration,
    Version: '$LATEST',
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    RevisionId: `00000000-0000-4000-8000-${String(stored.revision).padStart(12, '0')}`,
  };
}

function codeSha(code: Code): string {
  return createHash('sha256').update(`${code.S3Bucket}/${code.S3Key}/${code.LocalDirectory}`).digest('base64');
}

function checkTimeout(seconds: number): number {
  if (seconds < 1 || seconds > 900) throw invalid(`timeout ${seconds} must be between 1 and 900 seconds`);
  return seconds;
}

function refuseUnknown(input: object, known: ReadonlySet<string>): void {
  const unknown = Object.keys(input).filter((name) => !known.has(name));
  if (unknown.length > 0) throw invalid(`weft local does not model ${unknown.join(', ')} of a function`);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
