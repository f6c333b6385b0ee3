import { CLASSES, OCSF_VERSION } from './event.ts';

/** The part of JSON Schema that {@link validate} knows. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer';
  readonly const?: string | number;
  readonly enum?: readonly number[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const text: Schema = { type: 'string' };
const filled: Schema = { type: 'string', minLength: 1 };
const oneOf = (...names: string[]): Schema['anyOf'] => names.map((name) => ({ required: [name] }));

function shape(properties: Readonly<Record<string, Schema>>, required: readonly string[], more: Schema = {}): Schema {
  return { type: 'object', properties, required, additionalProperties: false, ...more };
}

const USER = shape(
  { name: text, uid: filled, type_id: { type: 'integer', enum: [0, 1, 2, 3, 4, 99] }, type: text, email_addr: text },
  [],
  {
    anyOf: oneOf('account', 'name', 'uid'),
  },
);
const ENDPOINT = shape({ name: filled, uid: filled, svc_name: filled }, [], {
  anyOf: oneOf('ip', 'uid', 'name', 'hostname', 'svc_name'),
});
const RESOURCE = shape({ name: text, uid: filled, type: text }, [], { anyOf: oneOf('name', 'uid') });
const METADATA = shape(
  {
    version: { const: OCSF_VERSION },
    uid: filled,
    correlation_uid: filled,
    event_code: text,
    log_name: text,
    original_time: filled,
    product: shape({ name: filled, vendor_name: filled, uid: filled }, ['vendor_name']),
  },
  ['version', 'product'],
);

/** What every event has: the attributes of OCSF's base event that the trail fills. */
const BASE: Readonly<Record<string, Schema>> = {
  activity_name: text,
  severity_id: { type: 'integer', enum: [0, 1, 2, 3, 4, 5, 6, 99] },
  status_id: { type: 'integer', enum: [0, 1, 2, 99] },
  status_detail: text,
  time: { type: 'integer', minimum: 0 },
  message: text,
  metadata: METADATA,
  actor: shape({ user: USER }, ['user']),
  src_endpoint: ENDPOINT,
  unmapped: { type: 'object' },
};
const REQUIRED = ['activity_id', 'category_uid', 'class_uid', 'type_uid', 'severity_id', 'time', 'metadata'];

interface ClassSpec {
  readonly activities: readonly number[];
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
  readonly more?: Schema;
}

function classOf(uid: number, { activities, properties, required, more }: ClassSpec): Schema {
  const numbers = {
    class_uid: { const: uid },
    category_uid: { const: Math.floor(uid / 1000) },
    activity_id: { type: 'integer', enum: activities } as const,
    type_uid: { type: 'integer', enum: activities.map((activity) => uid * 100 + activity) } as const,
  };
  return shape({ ...BASE, ...numbers, ...properties }, [...REQUIRED, ...required], more);
}

/**
 * The event classes in use, by number, in our words. Source: the definitions of OCSF 1.5.0 (github.com/ocsf/ocsf-schema, tag 1.5.0: `events/iam`,
 * `events/application`, `objects`, and each one's requirements and constraints), narrowed to the attributes that the trail fills.
 */
export const OCSF_SCHEMAS: Readonly<Record<number, Schema>> = {
  [CLASSES.entity]: classOf(CLASSES.entity, {
    activities: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 99],
    properties: {
      entity: shape({ name: filled, uid: filled, type: filled, version: text }, [], { anyOf: oneOf('name', 'uid') }),
      comment: text,
    },
    required: ['entity'],
  }),
  [CLASSES.access]: classOf(CLASSES.access, {
    activities: [0, 1, 2, 99],
    properties: {
      user: USER,
      privileges: { type: 'array', items: filled, minItems: 1 },
      resources: { type: 'array', items: RESOURCE, minItems: 1 },
    },
    required: ['user', 'privileges'],
  }),
  [CLASSES.api]: classOf(CLASSES.api, {
    activities: [0, 1, 2, 3, 4, 99],
    properties: {
      api: shape({ operation: filled, service: shape({ name: filled }, [], { anyOf: oneOf('name', 'uid') }) }, [
        'operation',
      ]),
      resources: { type: 'array', items: RESOURCE, minItems: 1 },
    },
    required: ['actor', 'api', 'src_endpoint'],
  }),
  [CLASSES.datastore]: classOf(CLASSES.datastore, {
    activities: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99],
    properties: {
      table: shape({ name: filled, uid: filled }, [], { anyOf: oneOf('name', 'uid') }),
      type_id: { type: 'integer', enum: [0, 1, 2, 3, 99] },
      query_info: shape({ name: filled, uid: filled, query_string: filled }, ['query_string'], {
        anyOf: oneOf('name', 'uid'),
      }),
    },
    required: ['actor', 'src_endpoint'],
    more: { anyOf: oneOf('database', 'databucket', 'table') },
  }),
};
