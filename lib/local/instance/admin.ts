import { isOfPage } from '../core/admission.ts';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/error.ts';
import type { AdminHandler } from '../core/server.ts';
import type { WireRequest, WireResponse } from '../core/service.ts';
import { status } from './status.ts';

type Answer = (cloud: Cloud, body: Readonly<Record<string, unknown>>) => unknown;

/**
 * The administration of a local mesh, below `/_weft/`: JSON in and out. A request that a web page sent is refused by its `Origin` or `Sec-Fetch-Site`.
 * @param stop lets the process end, after the answer is out.
 */
export function adminHandler(cloud: Cloud, stop: () => void): AdminHandler {
  return (request) => (request.path.startsWith('/_weft/') ? answer(cloud, request, stop) : undefined);
}

const ROUTES: Readonly<Record<string, Answer>> = {
  'GET /_weft/status': (cloud) => status(cloud),
  'POST /_weft/credentials': (cloud, { arn, sessionName }) => {
    if (typeof arn !== 'string')
      throw new AwsError('ValidationError', 'the body needs arn: a role ARN or an account root');
    const session = typeof sessionName === 'string' ? sessionName : undefined;
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = cloud.credentials(arn, session);
    return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiration).toISOString() };
  },
  'POST /_weft/settle': async (cloud) => {
    await cloud.settle();
    return { settled: true };
  },
  'POST /_weft/clock': (cloud, { advanceMs }) => {
    if (typeof advanceMs !== 'number' || !(advanceMs >= 0)) {
      throw new AwsError('ValidationError', `advanceMs is ${JSON.stringify(advanceMs)}, not a number of milliseconds`);
    }
    cloud.clock.advance(advanceMs);
    cloud.wake();
    return { now: cloud.clock.date().toISOString() };
  },
};

async function answer(cloud: Cloud, request: WireRequest, stop: () => void): Promise<WireResponse> {
  if (isOfPage(request.headers)) {
    const { origin = 'the web' } = request.headers;
    return json(403, { error: { code: 'Forbidden', message: `not for a page of ${origin}` } });
  }
  const route = `${request.method} ${request.path}`;
  if (route === 'POST /_weft/stop') {
    setImmediate(stop);
    return json(202, { stopping: true });
  }
  const work = ROUTES[route];
  if (work === undefined) {
    const known = [...Object.keys(ROUTES), 'POST /_weft/stop'].join(', ');
    return json(404, { error: { code: 'NotFound', message: `${route} is not one of ${known}` } });
  }
  try {
    return json(200, await work(cloud, bodyOf(request)));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return json(error.status, { error: { code: error.code, message: error.message } });
  }
}

function bodyOf({ body }: WireRequest): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>;
  } catch {
    throw new AwsError('ValidationError', 'the body is not JSON');
  }
}

function json(status: number, body: unknown): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
