import type { Store } from '../core/store.ts';
import type { Properties } from './resources/resource.ts';
import type { Template } from './template/template.ts';

export type StackStatus =
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_COMPLETE'
  | 'ROLLBACK_COMPLETE'
  | 'ROLLBACK_FAILED'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_ROLLBACK_COMPLETE'
  | 'UPDATE_ROLLBACK_FAILED'
  | 'DELETE_FAILED'
  | 'DELETE_COMPLETE';

/** A resource as it was last deployed. */
export interface ResourceRecord {
  readonly logicalId: string;
  readonly type: string;
  /** Undefined while its creation is under way: no other process ever sees that. */
  readonly physicalId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Resolved properties: what the next deployment compares with. */
  readonly properties: Properties;
  readonly deletionPolicy: string;
  readonly replacePolicy: string;
  /** How often it was replaced: part of the generated name. */
  readonly replacements: number;
  /** What it replaced and what is still to be deleted, oldest first. */
  readonly replaced?: readonly ResourceRecord[];
  /** Other resources of the stack that it was made after. */
  readonly dependencies: readonly string[];
  readonly status: string;
  readonly reason?: string;
  /** Epoch milliseconds. */
  readonly updatedAt: number;
}

export interface StackOutput {
  readonly name: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

/** A stack as the store keeps it: `cloudformation/<account>/<region>/stacks` under its name, its resources in `…/resources`. */
export interface StackRecord {
  readonly stackId: string;
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  status: StackStatus;
  reason?: string;
  template: Template;
  parameters: Readonly<Record<string, unknown>>;
  tags: Readonly<Record<string, string>>;
  outputs: readonly StackOutput[];
  resources: Record<string, ResourceRecord>;
  readonly createdAt: number;
  updatedAt: number;
}

/** A stack exports names to the others of its account and region. */
interface ExportRecord {
  readonly value: string;
  readonly stackName: string;
}

function namespace(account: string, region: string, kind: string): string {
  return `cloudformation/${account}/${region}/${kind}`;
}

/** Between the stack's name and the logical id: below every character that either may hold. */
const SEPARATOR = '\u0001';

type Header = Omit<StackRecord, 'resources'>;

export function loadStack(store: Store, account: string, region: string, name: string): StackRecord | undefined {
  const header = store.get<Header>(namespace(account, region, 'stacks'), name);
  return header === undefined ? undefined : withResources(store, header);
}

/** Saves everything but the resources, which are saved one by one. */
export function saveStack(store: Store, record: StackRecord): void {
  const { resources: _resources, ...header } = record;
  store.put(namespace(record.account, record.region, 'stacks'), record.stackName, header);
}

/** Makes a resource of a stack what it is, in the record and in the store. */
export function putResource(store: Store, record: StackRecord, resource: ResourceRecord): void {
  record.resources[resource.logicalId] = resource;
  store.put(namespace(record.account, record.region, 'resources'), resourceKey(record, resource.logicalId), resource);
}

export function dropResource(store: Store, record: StackRecord, logicalId: string): void {
  delete record.resources[logicalId];
  store.delete(namespace(record.account, record.region, 'resources'), resourceKey(record, logicalId));
}

export function dropStack(store: Store, record: StackRecord): void {
  for (const logicalId of Object.keys(record.resources)) dropResource(store, record, logicalId);
  store.delete(namespace(record.account, record.region, 'stacks'), record.stackName);
  saveExports(store, record, []);
}

/** The stacks of an account and region, or of all, by name. */
export function listStacks(store: Store, account?: string, region?: string): StackRecord[] {
  const spaces =
    account === undefined || region === undefined
      ? store.namespaces('cloudformation/').filter((ns) => ns.endsWith('/stacks'))
      : [namespace(account, region, 'stacks')];
  return spaces.flatMap((ns) => store.list<Header>(ns).map(({ value }) => withResources(store, value)));
}

function withResources(store: Store, header: Header): StackRecord {
  const rows = store.list<ResourceRecord>(
    namespace(header.account, header.region, 'resources'),
    `${header.stackName}${SEPARATOR}`,
  );
  return { ...header, resources: Object.fromEntries(rows.map(({ value }) => [value.logicalId, value])) };
}

function resourceKey({ stackName }: Pick<StackRecord, 'stackName'>, logicalId: string): string {
  return `${stackName}${SEPARATOR}${logicalId}`;
}

export function exportedValue(store: Store, account: string, region: string, name: string): string | undefined {
  return store.get<ExportRecord>(namespace(account, region, 'exports'), name)?.value;
}

/** Makes a stack's exports just these. @throws Error when another stack exports the name. */
export function saveExports(store: Store, record: StackRecord, outputs: readonly StackOutput[]): void {
  const ns = namespace(record.account, record.region, 'exports');
  store.transaction(() => {
    for (const { key, value } of store.list<ExportRecord>(ns)) {
      if (value.stackName === record.stackName) store.delete(ns, key);
    }
    for (const { exportName, value } of outputs) {
      if (exportName === undefined) continue;
      const other = store.get<ExportRecord>(ns, exportName);
      if (other !== undefined) throw new Error(`Export ${exportName} is already exported by stack ${other.stackName}`);
      store.put(ns, exportName, { value, stackName: record.stackName });
    }
  });
}
