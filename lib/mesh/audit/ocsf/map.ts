import type { Act } from '../report/facts.ts';
import { CLASSES, OCSF_VERSION, type OcsfEvent } from './event.ts';

/** An entry with whom a subscription is for, in the order of the record. */
export type ExportedAct = Act & { readonly principals: readonly string[]; readonly version: string };

/** One query's, or one credential's, use of one table. */
export interface ExportedRead {
  readonly at: string;
  readonly account: string;
  readonly principal: string;
  readonly service: string;
  readonly domain: string;
  readonly product: string;
  readonly major: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly subscription: string;
  readonly queryId: string;
  readonly sql: string;
  /** Athena's state of the query, e.g. `SUCCEEDED`. */
  readonly state: string;
}

const ENDED = ['revoked', 'expired'];
const INFORMATIONAL = 1;
const LOW = 2;
const MEDIUM = 3;
const SUCCESS = 1;
const FAILURE = 2;

/** The events of one entry: one for each principal whose access it gave or took, one for everything else. */
export function eventsOfAct(act: ExportedAct, mesh: string): OcsfEvent[] {
  if (act.kind === 'denied') return [denied(act, mesh)];
  const given = act.entity === 'subscription' && act.stateAfter === 'active' && act.stateBefore !== 'active';
  const taken = act.entity === 'subscription' && ENDED.includes(act.stateAfter) && !ENDED.includes(act.stateBefore);
  if (!given && !taken) return [changed(act, mesh)];
  const principals = act.principals.length === 0 ? [act.consumer] : act.principals;
  return principals.map((principal, index) => {
    const [activity, name] = given ? ([1, 'Assign Privileges'] as const) : ([2, 'Revoke Privileges'] as const);
    const uid = index === 0 ? act.id : `${act.id}#${index + 1}`;
    const about = productOf(act) || act.id;
    return {
      ...head(CLASSES.access, activity, name, act, mesh, uid),
      severity_id: INFORMATIONAL,
      status_id: SUCCESS,
      user: userOf(principal),
      privileges: ['SELECT'],
      resources: [{ uid: about, name: about, type: 'data product' }],
    };
  });
}

function changed(act: ExportedAct, mesh: string): OcsfEvent {
  const [activity, name] = activityOf(act);
  const failed = act.kind === 'failure';
  return {
    ...head(CLASSES.entity, activity, name, act, mesh, act.id),
    severity_id: failed ? LOW : act.kind === 'drift' ? MEDIUM : INFORMATIONAL,
    status_id: failed ? FAILURE : SUCCESS,
    entity: {
      uid: act.id.replace(/@\d+(?:\.deleted)?$/, ''),
      name: act.subscription === '' ? productOf(act) || act.entity : act.subscription,
      type: act.entity,
      ...(act.version === '' ? {} : { version: act.version }),
    },
    ...(act.reason === '' ? {} : { comment: act.reason }),
  };
}

function activityOf({ action, stateBefore, id, kind }: Act): readonly [number, string] {
  // The entry of the change itself says what it did; this one, that others were told.
  if (kind === 'event') return [99, 'Told'];
  if (action === 'RecordDeleted') return [4, 'Delete'];
  if (/Suspended$/.test(action)) return [12, 'Suspend'];
  if (/Resumed$/.test(action)) return [13, 'Resume'];
  return stateBefore === '' && /@1$/.test(id) ? [1, 'Create'] : [3, 'Update'];
}

function denied(act: ExportedAct, mesh: string): OcsfEvent {
  const account = accountOf(act.actor);
  const about = productOf(act);
  return {
    ...head(CLASSES.api, 99, act.action, act, mesh, act.id),
    severity_id: LOW,
    status_id: FAILURE,
    ...(act.reason === '' ? {} : { status_detail: act.reason }),
    api: { operation: act.action, service: { name: 'weft' } },
    // The trail knows the account that a command came from, and no address.
    src_endpoint: account === undefined ? { svc_name: 'weft' } : { uid: account },
    ...(about === '' ? {} : { resources: [{ uid: about, name: about, type: 'data product' }] }),
  };
}

/** The event of one read. */
export function eventOfRead(read: ExportedRead, mesh: string): OcsfEvent {
  const product = `${read.domain}/${read.product}`;
  const failed = read.state !== '' && read.state !== 'SUCCEEDED';
  const table = `${product} v${read.major}: ${read.table}`;
  const unmapped = { columns: read.columns, ...(read.subscription === '' ? {} : { subscription: read.subscription }) };
  return {
    class_uid: CLASSES.datastore,
    category_uid: 6,
    activity_id: 4,
    activity_name: 'Query',
    type_uid: CLASSES.datastore * 100 + 4,
    severity_id: INFORMATIONAL,
    status_id: failed ? FAILURE : SUCCESS,
    time: Date.parse(read.at),
    message: `${read.columns.length} columns of ${table} were ${failed ? 'asked for' : 'read'}`,
    metadata: {
      ...metadata(mesh, read.at, 'read', 'reads'),
      uid: `${read.queryId === '' ? read.at : read.queryId}/${read.principal}/${product}#${read.major}/${read.table}`,
    },
    actor: { user: userOf(read.principal) },
    src_endpoint: { uid: read.account, svc_name: read.service === '' ? 'unknown' : read.service },
    table: { uid: `${product}#${read.major}/${read.table}`, name: read.table },
    type_id: 3,
    ...(read.sql === '' || read.queryId === '' ? {} : { query_info: { uid: read.queryId, query_string: read.sql } }),
    unmapped,
  };
}

function head(uid: OcsfEvent['class_uid'], activity: number, name: string, act: ExportedAct, mesh: string, id: string) {
  return {
    class_uid: uid,
    category_uid: uid === CLASSES.api ? 6 : 3,
    activity_id: activity,
    activity_name: name,
    type_uid: uid * 100 + activity,
    time: Date.parse(act.at),
    message: act.summary,
    metadata: {
      ...metadata(mesh, act.at, act.action, 'trail'),
      uid: id,
      ...(act.correlation === '' ? {} : { correlation_uid: act.correlation }),
    },
    actor: { user: userOf(act.actor) },
    unmapped: { kind: act.kind, policies: act.policies },
  } as const;
}

function metadata(mesh: string, at: string, code: string, log: string) {
  const product = { name: 'Weft', vendor_name: 'Weft', uid: mesh };
  return { version: OCSF_VERSION, event_code: code, log_name: log, original_time: at, product } as const;
}

/** A person or machine behind an ARN, or a part of the mesh itself. */
function userOf(principal: string): NonNullable<OcsfEvent['user']> {
  const uid = principal === '' ? 'unknown' : principal;
  if (!uid.startsWith('arn:')) return { uid, name: uid, type_id: uid.startsWith('weft:') ? 4 : 0 };
  const name = uid.split('/').at(-1) ?? uid;
  const session = uid.includes(':assumed-role/');
  const email = /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(name) ? { email_addr: name } : {};
  return { uid, name, type_id: session ? 1 : 99, type: session ? 'session' : 'role', ...email };
}

function productOf({ domain, product }: Act): string {
  return [domain, product].filter((part) => part !== '').join('/');
}

function accountOf(arn: string): string | undefined {
  return /^arn:[^:]+:[^:]+:[^:]*:(\d{12}):/.exec(arn)?.[1];
}
