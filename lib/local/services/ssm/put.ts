import type { PutParameterRequest } from '@aws-sdk/client-ssm';
import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import type { Context } from '../../core/service.ts';
import { latestNamed, type Stored, save } from './parameter.ts';

const STANDARD_BYTES = 4096;
const ADVANCED_BYTES = 8192;
const NAME = /^\/?[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/;

const PUT_MEMBERS = new Set([
  'Name',
  'Value',
  'Type',
  'Description',
  'Overwrite',
  'AllowedPattern',
  'Tags',
  'Tier',
  'KeyId',
  'DataType',
]);

export function putParameter(input: PutParameterRequest, context: Context) {
  refuseOthers('ssm', 'PutParameter', input, PUT_MEMBERS);
  const name = input.Name ?? '';
  if (!NAME.test(name) || /^\/?(aws|ssm)/i.test(name)) {
    throw new AwsError(
      'ValidationException',
      `Parameter name: can't be prefixed with "ssm" or "aws" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`,
    );
  }
  const value = input.Value ?? '';
  const tier = input.Tier ?? 'Standard';
  const most = tier === 'Standard' ? STANDARD_BYTES : ADVANCED_BYTES;
  if (Buffer.byteLength(value) > most) {
    throw new AwsError('ValidationException', `Value exceeds the maximum of ${most} characters for the ${tier} tier`);
  }
  const before = latestNamed(context, name);
  if (before !== undefined && input.Overwrite !== true) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const type = input.Type ?? before?.Type;
  if (type === undefined) {
    throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
  }
  if (input.Overwrite === true && input.Tags !== undefined) {
    throw new AwsError(
      'ValidationException',
      'Invalid request: tags and overwrite can’t be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.',
    );
  }
  if (input.AllowedPattern !== undefined && !new RegExp(`^(?:${input.AllowedPattern})$`).test(value)) {
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${input.AllowedPattern}`,
    );
  }
  const stored: Stored = {
    Name: name,
    Type: type,
    Value: value,
    Version: (before?.Version ?? 0) + 1,
    LastModifiedDate: context.now,
    LastModifiedUser: context.caller.arn,
    Description: input.Description ?? before?.Description,
    AllowedPattern: input.AllowedPattern,
    KeyId: type === 'SecureString' ? (input.KeyId ?? 'alias/aws/ssm') : undefined,
    Tier: tier,
    DataType: input.DataType ?? 'text',
    Tags: input.Tags ?? before?.Tags,
  };
  save(context, stored);
  return { Version: stored.Version, Tier: tier };
}
