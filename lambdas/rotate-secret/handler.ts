import type { ConnectionOptions } from 'node:tls';
import { createJsonCall } from '#aws/json-call.ts';
import { createSecrets } from '#aws/secrets.ts';
import { type RotationStep, rotateSecret } from '#control/rotate-secret.ts';
import { patience, wayTo } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { meshHandler } from '../shared/middleware.ts';
import { postgresAt } from './postgres.ts';

const { region, sourceHost, sourcePort, sourceDatabase, sourceTls } = settings(
  'region',
  'sourceHost',
  'sourcePort',
  'sourceDatabase',
  'sourceTls',
);
const TLS: Readonly<Record<string, false | ConnectionOptions>> = {
  disable: false,
  require: { rejectUnauthorized: false },
  'verify-ca': { checkServerIdentity: () => undefined },
  'verify-full': {},
};

/** Rotates the password of the user who reads a source. */
export const handler = meshHandler<RotationStep, undefined>('rotate-secret', async (step, { logger }) => {
  const call = createJsonCall('secretsmanager', 'secretsmanager', wayTo('secretsmanager', region), patience);
  const ssl = TLS[sourceTls] ?? {};
  const place = { host: sourceHost, port: Number(sourcePort), database: sourceDatabase, ssl };
  await rotateSecret(step, { secrets: createSecrets(call), database: postgresAt(place) });
  logger.info('rotated', { step: step.Step });
});
