import { isDeepStrictEqual } from 'node:util';
import { userError, WeftError } from '#mesh/error.ts';
import type { Cloud } from '../core/cloud.ts';
import { type DeployEvent, NO_COUNTS, type ResourceAction, type StackCounts } from './progress.ts';
import * as provision from './provision.ts';
import type { RequestOptions } from './request.ts';
import type { Properties } from './resources/resource.ts';
import {
  dropResource,
  dropStack,
  putResource,
  type ResourceRecord,
  type StackRecord,
  type StackStatus,
  saveStack,
} from './stack-record.ts';
import type { StackScope } from './stack-scope.ts';
import { dependenciesOf, inOrder } from './template/order.ts';
import type { ResourceDefinition, Template } from './template/template.ts';

export interface StackOptions {
  /** Directories by object key of the asset bucket. */
  readonly assets: ReadonlyMap<string, string>;
  readonly onProgress?: (event: DeployEvent) => void;
}

interface Undo {
  readonly logicalId: string;
  run(): Promise<void>;
}

/**
 * One deployment of one stack: applies resource by resource, saves with each, and can undo what it did. Each resource is changed and saved as a whole, so that
 * whoever takes up a deployment that was killed finds it as its record says.
 */
export class StackChange {
  counts: StackCounts = NO_COUNTS;
  readonly #cloud: Cloud;
  readonly #record: StackRecord;
  readonly #options: StackOptions;
  readonly #undo: Undo[] = [];

  constructor(cloud: Cloud, record: StackRecord, options: StackOptions) {
    this.#cloud = cloud;
    this.#record = record;
    this.#options = options;
  }

  get isEmpty(): boolean {
    const { created, updated, replaced, deleted } = this.counts;
    return created + updated + replaced + deleted === 0;
  }

  begin(status: StackStatus): void {
    this.#save(status);
  }

  finish(status: StackStatus): void {
    delete this.#record.reason;
    this.#save(status);
  }

  drop(): void {
    dropStack(this.#cloud.store, this.#record);
  }

  /** Makes one resource what its definition says: creates, updates, replaces it, or leaves it alone. */
  async apply(scope: StackScope, logicalId: string, template: Template): Promise<void> {
    const definition = template.Resources?.[logicalId];
    if (definition === undefined) throw new Error(`no resource ${logicalId}`);
    const place = `Resources.${logicalId}.Properties`;
    const properties = (await scope.resolve(definition.Properties ?? {}, place)) as Properties;
    provision.checkResource(logicalId, definition.Type, Object.keys(properties));
    const desired = draft(logicalId, definition, properties, template);
    const current = this.#record.resources[logicalId];
    if (current === undefined) return this.#create(desired);
    if (current.type !== definition.Type) {
      throw userError('WEFT-LOCAL-014', `${logicalId} was ${current.type}: a resource cannot change its type`, {
        hint: 'give the new resource another logical id',
      });
    }
    const kind = provision.changeOf(current, properties);
    if (kind === 'none') return this.#keep(current, desired);
    if (kind === 'update') return this.#update(current, desired);
    return this.#replace(current, desired);
  }

  /**
   * Deletes the resources that the template no longer has, and what replacements left, last made first. What cannot be deleted is left
   * behind and the rest goes on, as nothing can be undone here: gives what went wrong.
   */
  async removeAllBut(active: ReadonlySet<string>): Promise<WeftError[]> {
    const failures: WeftError[] = [];
    const attempt = async (old: ResourceRecord, policy: string): Promise<boolean> => {
      const retained = policy !== 'Delete' && policy !== 'Snapshot';
      const started = performance.now();
      try {
        if (!retained) await provision.remove(this.#optionsFor(old), old);
      } catch (error) {
        if (!(error instanceof WeftError)) throw error;
        failures.push(error);
        return false;
      }
      this.#tell(old, retained ? 'retain' : 'delete', performance.now() - started);
      return true;
    };
    const { resources } = this.#record;
    const dependencies = (name: string) => resources[name]?.dependencies ?? [];
    for (const logicalId of inOrder(Object.keys(resources), dependencies).reverse()) {
      for (const old of resources[logicalId]?.replaced ?? []) {
        await this.#whole(async () => {
          if (await attempt(old, old.replacePolicy)) this.#forget(logicalId, old);
        });
      }
    }
    const gone = Object.keys(resources).filter((logicalId) => !active.has(logicalId));
    for (const logicalId of inOrder(gone, dependencies).reverse()) {
      const record = resources[logicalId];
      if (record === undefined) continue;
      await this.#whole(async () => {
        if (await attempt(record, record.deletionPolicy)) {
          dropResource(this.#cloud.store, this.#record, logicalId);
          this.#count('deleted');
        } else this.#put({ ...record, status: 'DELETE_FAILED', reason: failures.at(-1)?.message });
      });
    }
    return failures;
  }

  /** Undoes what was done, newest first. Gives the logical ids of what could not be undone. */
  async rollBack(isNew: boolean, reason: string): Promise<string[]> {
    const left: string[] = [];
    for (const { logicalId, run } of this.#undo.splice(0).reverse()) {
      try {
        await this.#whole(run);
      } catch {
        left.push(logicalId);
      }
    }
    this.#record.reason = reason;
    if (isNew && left.length === 0) this.drop();
    else if (left.length === 0) this.#save('UPDATE_ROLLBACK_COMPLETE');
    else this.#save(isNew ? 'ROLLBACK_FAILED' : 'UPDATE_ROLLBACK_FAILED');
    return left;
  }

  async #create(desired: ResourceRecord): Promise<void> {
    const started = performance.now();
    const { logicalId } = desired;
    const made = await this.#whole(async () => {
      this.#put({ ...desired, status: 'CREATE_IN_PROGRESS' });
      try {
        return this.#putMade({ ...desired, ...(await this.#make(desired)), status: 'CREATE_COMPLETE' });
      } catch (error) {
        dropResource(this.#cloud.store, this.#record, logicalId);
        throw error;
      }
    });
    this.#undo.push({
      logicalId,
      run: async () => {
        await provision.remove(this.#optionsFor(made), made);
        dropResource(this.#cloud.store, this.#record, logicalId);
      },
    });
    this.#done(made, 'created', 'create', started);
  }

  async #update(current: ResourceRecord, desired: ResourceRecord): Promise<void> {
    const started = performance.now();
    const { replacements, replaced } = current;
    const kept = { ...desired, replacements, ...(replaced === undefined ? {} : { replaced }) };
    const made = await this.#whole(async () => {
      const { id, attributes } = await provision.update(this.#optionsFor(kept), current);
      return this.#putMade({
        ...kept,
        physicalId: id,
        attributes: attributes ?? current.attributes,
        status: 'UPDATE_COMPLETE',
      });
    });
    this.#undo.push({
      logicalId: current.logicalId,
      run: async () => {
        await provision.update(this.#optionsFor(current), made);
        this.#put(current);
      },
    });
    this.#done(made, 'updated', 'update', started);
  }

  async #replace(current: ResourceRecord, desired: ResourceRecord): Promise<void> {
    if (provision.keepsName(current, desired.properties)) {
      throw userError(
        'WEFT-LOCAL-018',
        `CloudFormation cannot update a stack when a custom-named resource requires replacing: ${current.logicalId} (${current.type})`,
        { hint: `rename ${current.physicalId} and update the stack again` },
      );
    }
    const started = performance.now();
    const { replaced: earlier = [], ...old } = current;
    const next = { ...desired, replacements: current.replacements + 1, replaced: [...earlier, old] };
    const made = await this.#whole(async () =>
      this.#putMade({ ...next, ...(await this.#make(next)), status: 'UPDATE_COMPLETE' }),
    );
    this.#undo.push({
      logicalId: current.logicalId,
      run: async () => {
        await provision.remove(this.#optionsFor(made), made);
        this.#put(current);
      },
    });
    this.#done(made, 'replaced', 'replace', started);
  }

  #keep(current: ResourceRecord, desired: ResourceRecord): void {
    const { deletionPolicy, replacePolicy, dependencies, properties } = desired;
    const kept = { ...current, deletionPolicy, replacePolicy, dependencies, properties };
    if (!isDeepStrictEqual(kept, current)) this.#put(kept);
    this.#count('unchanged');
  }

  async #make(desired: ResourceRecord) {
    const { id, attributes } = await provision.create(this.#optionsFor(desired));
    return { physicalId: id, attributes: attributes ?? {} };
  }

  #done(made: ResourceRecord, count: keyof StackCounts, action: ResourceAction, started: number): void {
    this.#count(count);
    this.#tell(made, action, performance.now() - started);
  }

  #count(name: keyof StackCounts): void {
    this.counts = { ...this.counts, [name]: this.counts[name] + 1 };
  }

  #whole<T>(work: () => Promise<T>): Promise<T> {
    return this.#cloud.store.whole(work);
  }

  #put(resource: ResourceRecord): void {
    putResource(this.#cloud.store, this.#record, resource);
  }

  #putMade(resource: ResourceRecord): ResourceRecord {
    const made = { ...resource, updatedAt: this.#cloud.clock.now() };
    this.#put(made);
    return made;
  }

  /** What a resource replaced is deleted. */
  #forget(logicalId: string, old: ResourceRecord): void {
    const { replaced = [], ...resource } = this.#record.resources[logicalId] ?? old;
    const left = replaced.filter((one) => one.replacements !== old.replacements);
    this.#put(left.length === 0 ? resource : { ...resource, replaced: left });
  }

  #save(status: StackStatus): void {
    this.#record.status = status;
    this.#record.updatedAt = this.#cloud.clock.now();
    saveStack(this.#cloud.store, this.#record);
  }

  #tell({ logicalId, type }: ResourceRecord, action: ResourceAction, ms: number): void {
    const { stackName: stack, account } = this.#record;
    this.#options.onProgress?.({ kind: 'resource', stack, account, logicalId, type, action, ms });
  }

  #optionsFor({ logicalId, type, properties, replacements }: ResourceRecord): RequestOptions {
    const { assets } = this.#options;
    return { cloud: this.#cloud, site: this.#record, logicalId, type, properties, replacements, assets };
  }
}

function draft(
  logicalId: string,
  definition: ResourceDefinition,
  properties: Properties,
  template: Template,
): ResourceRecord {
  return {
    logicalId,
    type: definition.Type,
    attributes: {},
    properties,
    deletionPolicy: definition.DeletionPolicy ?? 'Delete',
    replacePolicy: definition.UpdateReplacePolicy ?? 'Delete',
    replacements: 0,
    dependencies: [...dependenciesOf(logicalId, template.Resources ?? {})],
    status: 'CREATE_IN_PROGRESS',
    updatedAt: 0,
  };
}
