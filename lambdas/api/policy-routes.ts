import {
  decidePolicies,
  listPolicies,
  type PolicyVote,
  type PolicyWish,
  proposePolicies,
  showPolicy,
} from '#control/govern-policies.ts';
import { oneOf, optional, readBody, text, textByName } from '../shared/body.ts';
import { ok, okPage, type Routes } from '../shared/route.ts';

/** Which policies are in force, which are proposed, and who says yes. */
export const POLICY_ROUTES: Routes = {
  'GET /policies': async ({ query }, _request, deps) => {
    const { scopes, refused } = await listPolicies(query, deps.policies, deps.cursors);
    return okPage('scopes', scopes, { refused });
  },
  'GET /policies/{scope}/{version}': async ({ path }, _request, deps) =>
    ok(await showPolicy(path.scope ?? '', path.version ?? '', deps.policies)),
  'POST /policies': async ({ body }, request, deps) => {
    const shape = { scope: text, files: textByName, reason: optional(text) };
    const wish = readBody(body, shape) as unknown as PolicyWish;
    return { status: 202, body: { set: await proposePolicies(wish, request, deps.policies) } };
  },
  'POST /policies/{scope}/{version}/decision': async ({ path, body }, request, deps) => {
    const shape = { decision: oneOf('approve', 'reject'), reason: optional(text) };
    const said = readBody(body, shape) as unknown as PolicyVote;
    const { scope = '', version = '' } = path;
    return { status: 202, body: { set: await decidePolicies(scope, version, said, request, deps.policies) } };
  },
};
