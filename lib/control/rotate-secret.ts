import type { Secrets } from '#aws/secrets.ts';
import { userError, type WeftError } from '#mesh/error.ts';

/** What Secrets Manager says to a function that rotates. */
export interface RotationStep {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

/** Who signs in at a database. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface RotationDeps {
  readonly secrets: Secrets;
  readonly database: {
    /** Whether that user gets in with that password. */
    admits(login: Login): Promise<boolean>;
    /** Signs in, and gives oneself another password. */
    change(login: Login, password: string): Promise<void>;
  };
}

const CURRENT = 'AWSCURRENT';
const PENDING = 'AWSPENDING';
const LENGTH = 40;

/**
 * One step of the rotation of a password: a new one is made, set at the database by the user itself, tried, and made the current one. Each step may come again.
 * @throws `WEFT-PIPELINE-029` when the secret, or the database, is not as the step needs it
 */
export async function rotateSecret(
  { Step, SecretId, ClientRequestToken }: RotationStep,
  deps: RotationDeps,
): Promise<void> {
  const { secrets, database } = deps;
  const current = await secrets.value(SecretId, { stage: CURRENT });
  if (current === undefined) throw unfit(`${SecretId} has no current value`);
  const now = loginIn(current.text);
  const pending = await secrets.value(SecretId, { stage: PENDING, id: ClientRequestToken });
  if (Step === 'createSecret') {
    if (pending !== undefined || current.id === ClientRequestToken) return;
    const text = JSON.stringify({ ...JSON.parse(current.text), password: await secrets.password(LENGTH) });
    await secrets.put(SecretId, { stage: PENDING, id: ClientRequestToken }, text);
    return;
  }
  // The last step was done before: the version is the current one already.
  if (current.id === ClientRequestToken) return;
  if (pending === undefined) throw unfit(`the version ${ClientRequestToken} of ${SecretId} has no value`);
  const next = loginIn(pending.text);
  if (Step === 'finishSecret') return secrets.move(SecretId, CURRENT, current.id, ClientRequestToken);
  const isSet = await database.admits(next);
  if (isSet) return;
  if (Step === 'testSecret') throw unfit(`the database does not admit ${next.username} with the new password`);
  if (Step !== 'setSecret') throw unfit(`there is no step ${Step}`);
  await database.change(now, next.password);
}

function loginIn(text: string): Login {
  const { username, password } = membersOf(text);
  if (username === undefined || password === undefined) throw unfit('the secret has no username and password');
  return { username, password };
}

/** Node's own error would quote the beginning of the text, and the log would have it. */
function membersOf(text: string): Partial<Login> {
  try {
    return (JSON.parse(text) ?? {}) as Partial<Login>;
  } catch {
    throw unfit('the secret is not JSON with username and password');
  }
}

function unfit(message: string): WeftError {
  return userError('WEFT-PIPELINE-029', message, {
    hint: 'set user and password anew, in the secret and at the database',
  });
}
