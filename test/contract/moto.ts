import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { freePort } from '../servers/free-port.ts';

export interface MotoServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

const START_MILLISECONDS = 20_000;

/** Whether `moto_server` can be started from the PATH. */
export function hasMoto(): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, 'moto_server'), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Starts a moto server on a free port of 127.0.0.1 and waits until it answers. */
export async function startMoto(): Promise<MotoServer> {
  const port = await freePort();
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_MILLISECONDS;
  while (!(await answers(endpoint))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`moto_server did not answer on ${endpoint}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    endpoint,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Keys that bind a client to the account of a role: moto gives them for any role ARN. */
export async function motoCredentials(endpoint: string, roleArn: string) {
  const sts = new STSClient({
    region: 'us-east-1',
    endpoint,
    maxAttempts: 1,
    credentials: { accessKeyId: 'starter', secretAccessKey: 'starter' },
  });
  const { Credentials: keys } = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'local' }));
  sts.destroy();
  if (keys === undefined) throw new Error(`moto gave no keys for ${roleArn}`);
  return {
    accessKeyId: keys.AccessKeyId ?? '',
    secretAccessKey: keys.SecretAccessKey ?? '',
    sessionToken: keys.SessionToken,
  };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/moto-api/`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
