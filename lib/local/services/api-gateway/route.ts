import type { ApiMethod, ApiResource, Deployment } from './model.ts';

/** The method that answers a request, and what the path gives its parameters. */
export interface Match {
  readonly resource: ApiResource;
  readonly method: ApiMethod;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the method for a path: an exact segment wins over `{name}`, and that over `{name+}`; a named method wins over `ANY`. */
export function findRoute(deployment: Deployment, httpMethod: string, path: string): Match | undefined {
  const segments = split(path);
  let best: { match: Match; rank: string } | undefined;
  for (const resource of deployment.resources) {
    const found = fits(split(resource.path), segments);
    if (found === undefined) continue;
    const methods = deployment.methods.filter((method) => method.resourceId === resource.id);
    const method =
      methods.find((entry) => entry.httpMethod === httpMethod) ?? methods.find((entry) => entry.httpMethod === 'ANY');
    if (method === undefined) continue;
    if (best === undefined || found.rank < best.rank) {
      best = { rank: found.rank, match: { resource, method, parameters: found.parameters } };
    }
  }
  return best?.match;
}

/** The rank sorts: per segment 0 for exact, 1 for a parameter, 2 for the rest of the path. */
function fits(
  pattern: readonly string[],
  segments: readonly string[],
): { parameters: Record<string, string>; rank: string } | undefined {
  const parameters: Record<string, string> = {};
  let rank = '';
  for (const [at, part] of pattern.entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(part) ?? [];
    const segment = segments[at];
    if (segment === undefined) return undefined;
    if (name === undefined) {
      if (part !== segment) return undefined;
      rank += '0';
    } else if (greedy === '+') {
      parameters[name] = segments.slice(at).map(decode).join('/');
      return { parameters, rank: `${rank}2` };
    } else {
      parameters[name] = decode(segment);
      rank += '1';
    }
  }
  return pattern.length === segments.length ? { parameters, rank } : undefined;
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
