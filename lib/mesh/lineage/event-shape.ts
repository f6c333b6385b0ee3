import { type Check, isObject, list, object, one, oneOf, optional, text } from '../event/check.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const uri = one('a URI', (value) => typeof value === 'string' && /^[a-z][a-z0-9+.-]*:\S+$/i.test(value));
const uuid = one('a UUID', (value) => typeof value === 'string' && UUID.test(value));
const moment = one(
  'a date and time with its zone',
  (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
);
const flag = one('true or false', (value) => typeof value === 'boolean');
const some = one('a text that is not empty', (value) => typeof value === 'string' && value !== '');

/** An object whose members are all alike. */
const recordOf =
  (check: Check): Check =>
  (value, path) =>
    isObject(value)
      ? Object.entries(value).flatMap(([key, member]) => check(member, `${path}.${key}`))
      : [{ path, expected: 'an object' }];

const both =
  (...checks: readonly Check[]): Check =>
  (value, path) =>
    checks.flatMap((check) => check(value, path));

const base = object({ _producer: uri, _schemaURL: uri });
const facets = recordOf(base);

const transformation = object({
  type: oneOf('DIRECT', 'INDIRECT'),
  subtype: optional(text),
  description: optional(text),
  masking: optional(flag),
});
const inputField = object({
  namespace: some,
  name: some,
  field: some,
  transformations: optional(list(transformation)),
});
const columnLineage = object({
  fields: recordOf(object({ inputFields: list(inputField) })),
  dataset: optional(list(inputField)),
});
const schema = object({ fields: optional(list(object({ name: some, type: optional(text) }))) });
const sql = object({ query: text, dialect: optional(text) });
const jobType = object({ processingType: some, integration: some, jobType: optional(text) });

const dataset = object({
  namespace: some,
  name: some,
  facets: optional(both(facets, object({ schema: optional(schema), columnLineage: optional(columnLineage) }))),
});

/**
 * What an OpenLineage run event has to be, as far as its standard (2-0-2) asks for anything of the event, of its datasets and of the facets schema,
 * columnLineage (1-2-0), sql and jobType. Written from the published schemas; members that they do not name are let pass, as they do.
 */
export const runEventShape: Check = object({
  eventType: optional(oneOf('START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER')),
  eventTime: moment,
  producer: uri,
  schemaURL: uri,
  run: object({ runId: uuid, facets: optional(facets) }),
  job: object({
    namespace: some,
    name: some,
    facets: optional(both(facets, object({ sql: optional(sql), jobType: optional(jobType) }))),
  }),
  inputs: optional(list(dataset)),
  outputs: optional(list(dataset)),
});
