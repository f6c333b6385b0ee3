import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import { meets, parseCondition } from './condition.ts';
import { ExpressionScope } from './expression-scope.ts';
import { TokenReader } from './expression-token.ts';
import { conditionFailed, invalid } from './failure.ts';
import { type Path, project, refuseOverlaps } from './path.ts';
import type { Item } from './value.ts';

/** What every expression may refer to. */
export interface Substitutions {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

export interface Conditional extends Substitutions {
  readonly ConditionExpression?: string;
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE';
}

/** Members that are accepted without effect: what they ask for is reported by AWS only. */
const REPORTS = ['ReturnConsumedCapacity', 'ReturnItemCollectionMetrics'];

/** @throws AwsError for members that are not modelled, capacity reports included. */
export function checkMembers(operation: string, input: object, known: readonly string[]): void {
  refuseOthers('dynamodb', operation, input, new Set([...known, ...REPORTS]));
  for (const name of REPORTS) {
    const value = (input as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined && value !== 'NONE') {
      throw new AwsError(
        'WeftLocalNotImplemented',
        `weft local does not implement ${operation} with ${name} ${value}`,
        501,
      );
    }
  }
}

/** A check of an item against a condition. @throws AwsError `ConditionalCheckFailedException` from the check. */
export function compileCondition(input: Conditional, scope: ExpressionScope): (item: Item | undefined) => void {
  if (input.ConditionExpression === undefined) return () => {};
  const condition = parseCondition('ConditionExpression', input.ConditionExpression, scope);
  return (item) => {
    if (meets(item ?? {}, condition)) return;
    throw conditionFailed(input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? item : undefined);
  };
}

/** What a ProjectionExpression keeps of an item; everything when there is none. */
export function compileProjection(expression: string | undefined, scope: ExpressionScope): (item: Item) => Item {
  if (expression === undefined) return (item) => item;
  const reader = new TokenReader('ProjectionExpression', expression);
  const paths: Path[] = [];
  do paths.push(scope.path(reader));
  while (reader.takes(','));
  reader.expectEnd();
  refuseOverlaps('ProjectionExpression', paths);
  return (item) => project(item, paths);
}

/** @throws AwsError `ValidationException` when substitutions come without an expression to use them. */
export function scopeOf(input: Substitutions, expressions: readonly (string | undefined)[]): ExpressionScope {
  if (expressions.every((expression) => expression === undefined)) {
    if (input.ExpressionAttributeNames !== undefined) {
      throw invalid('ExpressionAttributeNames can only be specified when using expressions');
    }
    if (input.ExpressionAttributeValues !== undefined) {
      throw invalid('ExpressionAttributeValues can only be specified when using expressions');
    }
  }
  return new ExpressionScope(input);
}
