import type { LFTag } from '@aws-sdk/client-lakeformation';
import { AwsError } from '../../core/error.ts';
import { pageOf } from '../../core/page.ts';
import type { Context, Operations } from '../../core/service.ts';
import { invalid, missing, notAuthorized } from './errors.ts';
import { requireTag } from './existence.ts';
import { isAdmin } from './settings.ts';
import { type SavedExpression, tags } from './tag-store.ts';
import { parseExpression } from './wire-resource.ts';

interface Input {
  readonly CatalogId?: string;
  readonly Name?: string;
  readonly Description?: string;
  readonly Expression?: LFTag[];
}

/** The operations on saved LF-Tag expressions; for data lake administrators. */
export const expressionOperations: Operations = {
  CreateLFTagExpression: {
    run(input: Input, context: Context) {
      const saved = understood(input, context);
      if (tags.expression(context.cloud, context.account, saved.name) !== undefined) {
        throw new AwsError('AlreadyExistsException', `LF-Tag expression ${saved.name} already exists`);
      }
      tags.putExpression(context.cloud, context.account, saved);
      return {};
    },
  },
  UpdateLFTagExpression: {
    run(input: Input, context: Context) {
      const saved = understood(input, context);
      found(input, context);
      tags.putExpression(context.cloud, context.account, saved);
      return {};
    },
  },
  GetLFTagExpression: { run: (input: Input, context: Context) => toWire(context.account, found(input, context)) },
  ListLFTagExpressions: {
    run(input: { NextToken?: string; MaxResults?: number }, context: Context) {
      const all = tags.expressions(context.cloud, context.account).map((saved) => toWire(context.account, saved));
      const { items, NextToken } = pageOf(all, input, 1000);
      return { LFTagExpressions: items, ...(NextToken !== undefined && { NextToken }) };
    },
  },
  DeleteLFTagExpression: {
    run(input: Input, context: Context) {
      requireAdmin(context);
      tags.deleteExpression(context.cloud, context.account, found(input, context).name);
      return {};
    },
  },
};

function understood(input: Input, context: Context): SavedExpression {
  requireAdmin(context);
  const name = input.Name ?? '';
  if (name.length < 1 || name.length > 255) throw invalid('Name must have 1 to 255 characters');
  const expression = parseExpression(input.Expression);
  for (const { key, values } of expression) requireTag(context.cloud, context.account, key, values);
  return { name, expression, ...(input.Description !== undefined && { description: input.Description }) };
}

function requireAdmin({ cloud, caller }: Context): void {
  if (!isAdmin(cloud, caller)) throw notAuthorized();
}

function found(input: Input, context: Context): SavedExpression {
  const saved = tags.expression(context.cloud, context.account, input.Name ?? '');
  if (saved === undefined) throw missing(`LF-Tag expression not found: ${input.Name}`);
  return saved;
}

function toWire(CatalogId: string, { name, description, expression }: SavedExpression) {
  return {
    CatalogId,
    Name: name,
    ...(description !== undefined && { Description: description }),
    Expression: expression.map(({ key, values }) => ({ TagKey: key, TagValues: [...values] })),
  };
}
