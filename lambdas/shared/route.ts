import type { ApiDeps, Request } from '#control/request.ts';
import type { ListPage } from '#mesh/page.ts';

/** A request as the routes see it. */
export interface ApiCall {
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: string | null;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: object;
}

/** Checks the form of a call, runs one use case and maps its answer. */
export type Route = (call: ApiCall, request: Request, deps: ApiDeps) => Promise<ApiAnswer>;

/** Routes by method and path, e.g. `GET /mesh`. */
export type Routes = Readonly<Record<string, Route>>;

export function ok(body: object): ApiAnswer {
  return { status: 200, body };
}

/** One page of a list under its name, and what is beside it. */
export function okPage<T>(name: string, { entries, next }: ListPage<T>, beside: object = {}): ApiAnswer {
  return ok({ ...beside, [name]: entries, ...(next === undefined ? {} : { next }) });
}
