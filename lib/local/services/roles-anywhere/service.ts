import { type Route, restJsonCodec } from '../../core/rest-codec.ts';
import type { Authenticated, Context, Operations, Service, WireRequest } from '../../core/service.ts';
import { recordOperations } from './records.ts';
import { createSession, type SessionInput } from './session.ts';
import { isSignedByCertificate, verifySignature } from './signature.ts';

const ROUTES: readonly Route[] = [
  { operation: 'CreateSession', method: 'POST', path: '/sessions', status: 201 },
  { operation: 'CreateTrustAnchor', method: 'POST', path: '/trustanchors', status: 201 },
  { operation: 'GetTrustAnchor', method: 'GET', path: '/trustanchor/{trustAnchorId}' },
  { operation: 'UpdateTrustAnchor', method: 'PATCH', path: '/trustanchor/{trustAnchorId}' },
  { operation: 'DeleteTrustAnchor', method: 'DELETE', path: '/trustanchor/{trustAnchorId}' },
  { operation: 'EnableTrustAnchor', method: 'POST', path: '/trustanchor/{trustAnchorId}/enable' },
  { operation: 'DisableTrustAnchor', method: 'POST', path: '/trustanchor/{trustAnchorId}/disable' },
  { operation: 'CreateProfile', method: 'POST', path: '/profiles', status: 201 },
  { operation: 'GetProfile', method: 'GET', path: '/profile/{profileId}' },
  { operation: 'UpdateProfile', method: 'PATCH', path: '/profile/{profileId}' },
  { operation: 'DeleteProfile', method: 'DELETE', path: '/profile/{profileId}' },
  { operation: 'EnableProfile', method: 'POST', path: '/profile/{profileId}/enable' },
  { operation: 'DisableProfile', method: 'POST', path: '/profile/{profileId}/disable' },
];

/** AWS IAM Roles Anywhere: sessions of roles for machines outside AWS that hold a certificate. */
export class RolesAnywhereService implements Service {
  readonly signingName = 'rolesanywhere';
  readonly codec = restJsonCodec(ROUTES);
  readonly operations: Operations = {
    ...recordOperations,
    CreateSession: { run: (input: SessionInput, context: Context) => createSession(input, context) },
  };

  /** A request that a certificate signed comes from no principal of AWS; the account is that of the trust anchor which it names. */
  authenticate(request: WireRequest, now: number): Authenticated | undefined {
    if (!isSignedByCertificate(request)) return undefined;
    const { region } = verifySignature(request, now);
    const [, , , , account = ''] =
      /"trustAnchorArn"\s*:\s*"([^"]*)"/.exec(request.body.toString('utf8'))?.[1]?.split(':') ?? [];
    const arn = 'rolesanywhere.amazonaws.com';
    return { caller: { kind: 'service', account, arn, principalId: arn }, service: this.signingName, region };
  }
}
