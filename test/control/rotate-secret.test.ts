import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Secrets } from '#aws/secrets.ts';
import { type RotationDeps, rotateSecret } from '#control/rotate-secret.ts';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

/** A secret with its stages, and a database that knows one password. */
class World implements RotationDeps {
  readonly versions = new Map([['first', JSON.stringify({ username: 'reader', password: 'one', host: 'kept' })]]);
  readonly stages = new Map([['AWSCURRENT', 'first']]);
  password = 'one';
  changes = 0;
  made = 0;

  readonly secrets: Secrets = {
    value: async (_secret, { stage, id }) => {
      const found = this.stages.get(stage);
      const text = found === undefined || (id !== undefined && id !== found) ? undefined : this.versions.get(found);
      return found === undefined || text === undefined ? undefined : { id: found, text };
    },
    put: async (_secret, { stage, id }, text) => {
      this.versions.set(id, text);
      this.stages.set(stage, id);
    },
    move: async (_secret, stage, from, to) => {
      expect(this.stages.get(stage)).toBe(from);
      this.stages.set(stage, to);
    },
    password: async () => {
      this.made += 1;
      return `made ${this.made}`;
    },
  };

  readonly database = {
    admits: async ({ password }: { password: string }) => password === this.password,
    change: async (login: { password: string }, password: string) => {
      if (login.password !== this.password) throw new Error('password authentication failed');
      this.changes += 1;
      this.password = password;
    },
  };
}

describe('the rotation of a password', () => {
  let world: World;
  const step = (Step: string) => rotateSecret({ Step, SecretId: 's', ClientRequestToken: 'next' }, world);

  beforeEach(() => {
    world = new World();
  });

  test('ends with one password at both places, and what else the secret holds is kept', async () => {
    for (const name of STEPS) await step(name);
    expect(world.stages.get('AWSCURRENT')).toBe('next');
    const current = JSON.parse(world.versions.get('next') ?? '') as object;
    expect(current).toEqual({ username: 'reader', password: world.password, host: 'kept' });
    expect(world.password).toBe('made 1');
  });

  test('does the same when every step comes twice', async () => {
    for (const name of STEPS) {
      await step(name);
      await step(name);
    }
    expect([world.stages.get('AWSCURRENT'), world.password, world.changes, world.made]).toEqual([
      'next',
      'made 1',
      1,
      1,
    ]);
  });

  test('does not go on with a password that the database does not take', async () => {
    await step('createSecret');
    await expect(step('testSecret')).rejects.toMatchObject({ code: 'WEFT-PIPELINE-029' });
    expect(world.stages.get('AWSCURRENT')).toBe('first');
  });

  test('says what is wrong with a secret without a letter of it', async () => {
    world.versions.set('first', JSON.stringify({ password: 'one' }));
    await expect(step('createSecret')).rejects.toThrow('the secret has no username and password');
    world.versions.set('first', 'hunter2');
    const told = await step('createSecret').catch((error: Error) => error);
    expect(String(told)).toMatch(/is not JSON/);
    expect(String(told)).not.toMatch(/hunt/);
    world.stages.clear();
    await expect(step('createSecret')).rejects.toThrow('s has no current value');
  });
});
