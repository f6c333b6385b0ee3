/** The version of the Open Cybersecurity Schema Framework that events are written in. */
export const OCSF_VERSION = '1.5.0';

/** The event classes that the trail is told in, by their numbers. */
export const CLASSES = {
  /** Entity Management: a record of the mesh was made, changed or ended. */
  entity: 3004,
  /** User Access Management: access was given or taken. */
  access: 3005,
  /** API Activity: a command was denied. */
  api: 6003,
  /** Datastore Activity: data was read. */
  datastore: 6005,
} as const;

interface Named {
  readonly name?: string;
  readonly uid?: string;
}

interface User extends Named {
  readonly type_id: 0 | 1 | 4 | 99;
  readonly type?: string;
  readonly email_addr?: string;
}

/** One event, as far as the trail has something to say in it. Numbers that are chosen from a list have a name ending in `_id`. */
export interface OcsfEvent {
  readonly class_uid: (typeof CLASSES)[keyof typeof CLASSES];
  readonly category_uid: 3 | 6;
  readonly activity_id: number;
  readonly activity_name: string;
  /** The class and the activity in one number. */
  readonly type_uid: number;
  readonly severity_id: 1 | 2 | 3 | 4;
  readonly status_id: 1 | 2;
  readonly status_detail?: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly message: string;
  readonly metadata: {
    readonly version: typeof OCSF_VERSION;
    readonly uid: string;
    readonly correlation_uid?: string;
    readonly event_code: string;
    readonly log_name: string;
    readonly original_time: string;
    readonly product: { readonly name: string; readonly vendor_name: string; readonly uid: string };
  };
  readonly actor: { readonly user: User };
  readonly src_endpoint?: Named & { readonly svc_name?: string };
  readonly entity?: Named & { readonly type: string; readonly version?: string };
  readonly comment?: string;
  readonly user?: User;
  readonly privileges?: readonly string[];
  readonly resources?: readonly (Named & { readonly type: string })[];
  readonly api?: { readonly operation: string; readonly service: { readonly name: string } };
  readonly table?: Named;
  readonly type_id?: 3;
  readonly query_info?: { readonly uid: string; readonly query_string: string };
  /** What the schema has no place for. */
  readonly unmapped: Readonly<Record<string, string | readonly string[]>>;
}
