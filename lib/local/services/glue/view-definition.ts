import type { TableInput } from '@aws-sdk/client-glue';
import { refuseOthers } from '../../core/members.ts';
import { invalidInput } from './errors.ts';
import type { GlueViewDefinition } from './types.ts';

const MEMBERS = new Set(['IsProtected', 'Definer', 'Representations', 'SubObjects']);
const REPRESENTATION = new Set(['Dialect', 'DialectVersion', 'ViewOriginalText', 'ValidationConnection']);
const MOST = 10;

/**
 * A view as given, against the service model's limits. Only Athena's dialect is modelled.
 * @throws AwsError InvalidInputException, or WeftLocalNotImplemented for a member that is not modelled
 */
export function viewDefinition(
  operation: string,
  { ViewDefinition: given = {}, ...table }: TableInput,
): GlueViewDefinition {
  refuseOthers('glue', `${operation} ViewDefinition`, given, MEMBERS);
  const { Definer = '', SubObjects = [], Representations = [], IsProtected } = given;
  if (table.ViewOriginalText !== undefined || table.ViewExpandedText !== undefined) {
    throw invalidInput('ViewOriginalText and ViewExpandedText cannot be given beside ViewDefinition');
  }
  if ((table.PartitionKeys ?? []).length > 0) throw invalidInput('A view cannot have partition keys');
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(Definer)) throw invalidInput('The definer of a view must be an IAM role');
  if (SubObjects.length === 0 || SubObjects.length > MOST) {
    throw invalidInput(`A view must reference 1 to ${MOST} tables in SubObjects`);
  }
  const [first, ...others] = Representations;
  if (first === undefined) throw invalidInput('A view must have at least one representation');
  refuseOthers('glue', `${operation} ViewDefinition.Representations`, first, REPRESENTATION);
  if (others.length > 0 || first.Dialect !== 'ATHENA') {
    refuseOthers('glue', `${operation} with a dialect other than ATHENA`, { Dialect: first.Dialect }, new Set());
  }
  if ((first.ViewOriginalText ?? '') === '') throw invalidInput('A representation must have ViewOriginalText');
  const { ViewOriginalText = '', DialectVersion, ValidationConnection } = first;
  return {
    Definer,
    ...(IsProtected !== undefined && { IsProtected }),
    SubObjects,
    Representations: [
      {
        Dialect: 'ATHENA',
        ...(DialectVersion !== undefined && { DialectVersion }),
        ViewOriginalText,
        ViewExpandedText: ViewOriginalText,
        ...(ValidationConnection !== undefined && { ValidationConnection }),
        IsStale: false,
      },
    ],
  };
}
