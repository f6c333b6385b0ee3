import type { APIGatewayProxyResult } from 'aws-lambda';
import { classify, symptomOf } from '#aws/retry.ts';
import { WeftError } from '#mesh/error.ts';

/** The status of each code that is not a plain 400; a prefix stands for its whole area. */
const STATUSES: Readonly<Record<string, number>> = {
  'WEFT-AUTH': 403,
  'WEFT-POLICY': 403,
  'WEFT-POLICY-040': 400,
  'WEFT-POLICY-041': 413,
  'WEFT-POLICY-042': 409,
  'WEFT-POLICY-043': 409,
  'WEFT-POLICY-044': 409,
  'WEFT-POLICY-046': 404,
  'WEFT-API-005': 404,
  'WEFT-API-006': 413,
  'WEFT-API-009': 413,
  'WEFT-API-010': 429,
  'WEFT-PRODUCT': 404,
  'WEFT-EVENT-003': 409,
  'WEFT-REQUEST-005': 404,
  'WEFT-REQUEST-010': 404,
  'WEFT-REQUEST-003': 409,
  'WEFT-REQUEST-006': 409,
  'WEFT-REQUEST-008': 409,
  'WEFT-AUDIT-091': 404,
  'WEFT-RETENTION-005': 403,
  'WEFT-ENTITLEMENT-004': 404,
  'WEFT-ENTITLEMENT-005': 403,
  'WEFT-LINEAGE-010': 404,
  'WEFT-PUBLISH-003': 409,
  'WEFT-PUBLISH-004': 409,
  'WEFT-REGISTRY-001': 409,
  'WEFT-REGISTRY-002': 409,
  'WEFT-REGISTRY-003': 413,
  'WEFT-UPGRADE-001': 503,
};

/** An answer in the form of API Gateway's proxy integration. */
export function toResult(statusCode: number, body: object, requestId: string): APIGatewayProxyResult {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-weft-request-id': requestId };
  return { statusCode, headers, body: JSON.stringify(body) };
}

/** The status of what went wrong: a user's error by its code, 429 for a throttle, 500 for the rest. */
export function statusOf(error: unknown): number {
  if (error instanceof WeftError) {
    if (error.source === 'system') return 500;
    return STATUSES[error.code] ?? STATUSES[error.code.replace(/-\d+$/, '')] ?? 400;
  }
  const symptom = symptomOf(error);
  return classify(symptom) === 'retry' && /thrott|limit|rate/i.test(`${symptom.name} ${symptom.message}`) ? 429 : 500;
}

/** What the caller may know of an error: a user's own is told whole, any other by the request id only. */
export function errorResult(error: unknown, requestId: string): APIGatewayProxyResult {
  const status = statusOf(error);
  if (error instanceof WeftError && error.source === 'user') {
    const { code, message, hint, problems, details } = error;
    const rest = {
      hint,
      problems: problems.length === 0 ? undefined : problems,
      details: Object.keys(details).length === 0 ? undefined : details,
    };
    return toResult(status, { error: { code, message, ...rest }, requestId }, requestId);
  }
  const busy = { code: 'WEFT-API-429', message: 'too much at once', hint: 'wait a moment and repeat the command' };
  const failed = {
    code: 'WEFT-API-500',
    message: 'the mesh failed on its own account',
    hint: `give the platform team the request id ${requestId}`,
  };
  return toResult(status, { error: status === 429 ? busy : failed, requestId }, requestId);
}
