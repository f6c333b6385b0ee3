import type { AggregateRules } from '../normalize/aggregate.ts';
import type { AlarmRule } from '../normalize/alarm.ts';
import type { RowRules } from '../normalize/row.ts';

/** What `edge.yaml` says, with its paths made absolute. */
export interface EdgeConfig {
  /** The name of the place, e.g. `press-line-1`. */
  readonly site: string;
  /** The device group: the organizational unit (OU) in the device's certificate. */
  readonly group: string;
  readonly region: string;
  readonly upload: UploadConfig;
  readonly buffer: BufferConfig;
  readonly credentials: CredentialsConfig;
  readonly sources: readonly SourceConfig[];
}

export interface UploadConfig {
  readonly bucket: string;
  /** Milliseconds after which what has come is sent, also when it is little. */
  readonly every: number;
  /** The longest pause between two tries while the link is down, in milliseconds. */
  readonly retry: number;
  /** How long the agent goes on sending after it was told to stop, in milliseconds. */
  readonly grace: number;
  /** Milliseconds between two signs of life. */
  readonly heartbeat: number;
  /** Instead of S3's public endpoint. */
  readonly endpoint?: string;
  /** A PEM file of the authorities that the endpoints' certificates may come from, instead of the machine's. */
  readonly ca?: string;
}

export interface BufferConfig {
  readonly folder: string;
  readonly maxBytes: number;
  readonly segmentBytes: number;
  readonly fsync: boolean;
}

export type CredentialsConfig =
  | { readonly kind: 'environment' }
  | {
      readonly kind: 'roles-anywhere';
      readonly certificate: string;
      readonly key: string;
      /** Intermediate certificates, when the trust anchor did not sign the device's itself. */
      readonly chain?: string;
      readonly trustAnchor: string;
      readonly profile: string;
      readonly role: string;
      readonly endpoint?: string;
    };

export interface SourceConfig {
  readonly name: string;
  /** Below which key of the bucket its rows go, with a slash at its end. */
  readonly prefix: string;
  readonly input: InputConfig;
  /** How a record becomes a row of the contract; with an aggregate, how the aggregate's row does. */
  readonly rows: RowRules;
  readonly aggregate?: AggregateConfig;
  readonly alarms: readonly AlarmRule[];
  /** Whether rejected records are sent with their values. Default false: only why. */
  readonly quarantineValues: boolean;
}

export interface AggregateConfig extends AggregateRules {
  /** How a record becomes what is gathered. */
  readonly fields: RowRules;
}

export type InputConfig =
  | {
      readonly kind: 'files';
      readonly folder: string;
      /** `*` and `?` stand for characters of a file's name. */
      readonly pattern: string;
      readonly format: 'csv' | 'json';
      readonly delimiter: string;
      /** Milliseconds between two looks. */
      readonly every: number;
      /** Milliseconds after which a last line without an end counts as written. */
      readonly quiet: number;
    }
  | {
      readonly kind: 'sql';
      /** `postgres://…`; the password may come from the variable that `passwordFrom` names. */
      readonly url: string;
      readonly passwordFrom?: string;
      readonly ca?: string;
      /** With `:after`, ordered by `key`. */
      readonly query: string;
      readonly key: string;
      readonly start: string;
      readonly every: number;
    }
  | {
      readonly kind: 'mqtt';
      readonly url: string;
      readonly topics: readonly string[];
      readonly clientId: string;
      readonly passwordFrom?: string;
      readonly ca?: string;
      /** Name of a field that the topic is put into. */
      readonly topicField?: string;
    };
