import { parseJson, toJson } from './codecs.ts';
import { AwsError } from './error.ts';
import type { Codec } from './service.ts';

/** Where the members of one REST-JSON operation stand on the wire. Members not named here are in the JSON body. */
export interface Route {
  readonly operation: string;
  readonly method: string;
  /** `/2015-03-31/functions/{FunctionName}`; `{name}` is one percent-encoded segment, `{name+}` the rest of the path. */
  readonly path: string;
  /** Member → query parameter. */
  readonly query?: Readonly<Record<string, string>>;
  /** Member → request header, lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The member that is the whole body, as bytes. */
  readonly payload?: string;
  /** Status of a success; default 200. */
  readonly status?: number;
  /** Output member → response header; `payload` in the output is then the raw body. */
  readonly outputHeaders?: Readonly<Record<string, string>>;
  /** The output member that is the whole response body, a string or bytes. */
  readonly outputPayload?: string;
}

/** REST-JSON of a service described by its routes. */
export function restJsonCodec(routes: readonly Route[]): Codec {
  const compiled = routes.map((route) => ({ route, ...compile(route.path) }));
  return {
    decode(request) {
      const path = request.path.replace(/\/+$/, '');
      for (const { route, pattern, names } of compiled) {
        if (route.method !== request.method) continue;
        const match = pattern.exec(path);
        if (match === null) continue;
        const body = route.payload === undefined ? (parseJson(request.body) as Record<string, unknown>) : {};
        const input: Record<string, unknown> = { ...body };
        if (route.payload !== undefined) input[route.payload] = request.body;
        names.forEach((name, at) => {
          input[name] = decoded(match[at + 1] ?? '');
        });
        for (const [member, name] of Object.entries(route.query ?? {})) {
          if (request.query[name] !== undefined) input[member] = request.query[name];
        }
        for (const [member, name] of Object.entries(route.headers ?? {})) {
          if (request.headers[name] !== undefined) input[member] = request.headers[name];
        }
        return { operation: route.operation, input };
      }
      throw new AwsError('UnknownOperationException', `no operation is ${request.method} ${request.path}`, 404);
    },
    encode(operation, output) {
      const route = routes.find((candidate) => candidate.operation === operation);
      const members = (output ?? {}) as Record<string, unknown>;
      const headers: Record<string, string> = { 'content-type': 'application/json' };
      for (const [member, name] of Object.entries(route?.outputHeaders ?? {})) {
        if (members[member] !== undefined) headers[name] = String(members[member]);
      }
      const status = route?.status ?? 200;
      if (route?.outputPayload !== undefined) {
        const body = (members[route.outputPayload] ?? '') as string | Buffer;
        return { status: Number(members.StatusCode ?? status), headers, body };
      }
      return { status, headers, body: status === 204 ? '' : toJson(members) };
    },
    encodeError: (error, requestId) => ({
      status: error.status,
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': error.code,
        'x-amzn-requestid': requestId,
      },
      body: toJson({ Type: 'User', message: error.message, Message: error.message, ...error.members }),
    }),
  };
}

function compile(path: string): { pattern: RegExp; names: string[] } {
  const names: string[] = [];
  const source = path
    .replace(/\/+$/, '')
    .replaceAll(/[.]/g, String.raw`\.`)
    .replaceAll(/\{([^}+]+)(\+?)\}/g, (_text, name: string, rest: string) => {
      names.push(name);
      return rest === '+' ? '(.+)' : '([^/]+)';
    });
  return { pattern: new RegExp(`^${source}$`), names };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new AwsError('ValidationException', `${segment} is not percent-encoded`);
  }
}
