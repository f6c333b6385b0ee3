import { AwsError } from '../../core/error.ts';

export function invalid(message: string): AwsError {
  return new AwsError('InvalidInputException', message);
}

export function missing(message: string): AwsError {
  return new AwsError('EntityNotFoundException', message);
}

/** What Lake Formation answers when it will not say whether the object is missing or the caller lacks the right to pass on. */
export function notAuthorized(): AwsError {
  return new AwsError(
    'AccessDeniedException',
    'Resource does not exist or requester is not authorized to access requested permissions.',
  );
}
