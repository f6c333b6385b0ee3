import type { JsonCall } from './json-call.ts';
import { isNamed } from './retry.ts';

/** The versions of one secret, as its rotation needs them. */
export interface Secrets {
  /** The value of a version, or undefined when it has none. */
  value(secret: string, version: { readonly stage: string; readonly id?: string }): Promise<SecretValue | undefined>;
  /** Gives a version its value. */
  put(secret: string, version: { readonly stage: string; readonly id: string }, text: string): Promise<void>;
  /** Moves a stage from one version to another. */
  move(secret: string, stage: string, from: string, to: string): Promise<void>;
  /** Letters and digits. */
  password(length: number): Promise<string>;
}

export interface SecretValue {
  readonly id: string;
  readonly text: string;
}

/** @param call Secrets Manager's JSON protocol */
export function createSecrets(call: JsonCall): Secrets {
  return {
    async value(SecretId, { stage: VersionStage, id: VersionId }) {
      try {
        const answer = await call('GetSecretValue', { SecretId, VersionStage, ...(VersionId && { VersionId }) });
        const { VersionId: id = '', SecretString: text } = answer as { VersionId?: string; SecretString?: string };
        return text === undefined ? undefined : { id, text };
      } catch (error) {
        if (isNamed(error, 'ResourceNotFoundException')) return undefined;
        throw error;
      }
    },
    async put(SecretId, { stage, id: ClientRequestToken }, SecretString) {
      await call('PutSecretValue', { SecretId, ClientRequestToken, SecretString, VersionStages: [stage] });
    },
    async move(SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId) {
      await call('UpdateSecretVersionStage', { SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId });
    },
    async password(PasswordLength) {
      const answer = await call('GetRandomPassword', { PasswordLength, ExcludePunctuation: true });
      return (answer as { RandomPassword: string }).RandomPassword;
    },
  };
}
