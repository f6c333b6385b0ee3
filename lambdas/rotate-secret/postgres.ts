import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import type { Login, RotationDeps } from '#control/rotate-secret.ts';

/** Where a user's password is changed. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly ssl: false | ConnectionOptions;
}

const WRONG_PASSWORD = '28P01';
const ITERATIONS = 4096;

/** A PostgreSQL at which a user changes its own password. */
export function postgresAt(place: Place): RotationDeps['database'] {
  const signedIn = async (login: Login, work: (client: pg.Client) => Promise<unknown>) => {
    const client = new pg.Client({
      ...place,
      user: login.username,
      password: login.password,
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  };
  return {
    async admits(login) {
      try {
        await signedIn(login, (client) => client.query('SELECT 1'));
        return true;
      } catch (error) {
        if ((error as { code?: string }).code === WRONG_PASSWORD) return false;
        throw error;
      }
    },
    change: (login, password) =>
      signedIn(login, async (client) => {
        // A user who reads has sessions that write nothing, its own password included.
        await client.query('SET default_transaction_read_only = off');
        await client.query(`ALTER ROLE CURRENT_USER PASSWORD '${verifier(password)}'`);
      }),
  };
}

/** What PostgreSQL keeps of a password (RFC 5803): so the password itself is in no statement, and in no log of the server. */
function verifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const key = (name: string) => createHmac('sha256', salted).update(name).digest();
  const stored = createHash('sha256').update(key('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${key('Server Key').toString('base64')}`;
}
