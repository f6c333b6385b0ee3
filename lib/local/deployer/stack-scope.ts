import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/error.ts';
import { ownMember } from '../core/members.ts';
import { executionContext } from './execution-role.ts';
import { exportedValue, type StackRecord } from './stack-record.ts';
import { evaluateCondition } from './template/conditions.ts';
import { evaluate } from './template/evaluate.ts';
import type { Scope } from './template/scope.ts';
import type { Template } from './template/template.ts';

/** Evaluates a stack's expressions against what is deployed, and looks up SSM parameters when it meets one. */
export class StackScope implements Scope {
  readonly template: Template;
  readonly site: Scope['site'];
  parameters: Readonly<Record<string, unknown>> = {};
  readonly #cloud: Cloud;
  readonly #record: StackRecord;
  readonly #known = new Map<string, string | undefined>();
  #wanted: string | undefined;

  constructor(cloud: Cloud, record: StackRecord, template: Template) {
    this.#cloud = cloud;
    this.#record = record;
    this.template = template;
    this.site = record;
  }

  physicalId(logicalId: string): string | undefined {
    return ownMember(this.#record.resources, logicalId)?.physicalId;
  }

  attribute(logicalId: string, name: string): unknown {
    return ownMember(ownMember(this.#record.resources, logicalId)?.attributes ?? {}, name);
  }

  condition(name: string): boolean {
    return evaluateCondition({ Condition: name }, this, `Conditions.${name}`);
  }

  exported(name: string): unknown {
    return exportedValue(this.#cloud.store, this.site.account, this.site.region, name);
  }

  /** `ssm` only, newest version: a secret has no place in a template. */
  dynamic(service: string, key: string): string | undefined {
    if (service !== 'ssm') return undefined;
    if (!this.#known.has(key)) this.#wanted = key;
    return this.#known.get(key);
  }

  /** Evaluates a value; an SSM parameter that it needs is read first, and then it starts again. */
  async resolve(value: unknown, place: string): Promise<unknown> {
    for (;;) {
      this.#wanted = undefined;
      try {
        return evaluate(value, this, place);
      } catch (error) {
        const wanted: string | undefined = this.#wanted;
        if (wanted === undefined) throw error;
        this.#known.set(wanted, await this.ssm(wanted));
      }
    }
  }

  /** The value of an SSM parameter of the stack's account, or undefined when there is none. */
  async ssm(name: string): Promise<string | undefined> {
    const service = this.#cloud.serviceNamed('ssm');
    if (service === undefined) return undefined;
    const context = executionContext(this.#cloud, this.site.account, this.site.region);
    try {
      const output = await this.#cloud.invoke(service, 'GetParameter', { Name: name }, context);
      return (output as { Parameter: { Value: string } }).Parameter.Value;
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ParameterNotFound') return undefined;
      throw error;
    }
  }
}
