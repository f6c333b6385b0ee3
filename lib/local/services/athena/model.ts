import type { QueryExecution, WorkGroupConfiguration } from '@aws-sdk/client-athena';
import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import type { ColumnInfo } from './engine/format.ts';

/** Times as the wire carries them: epoch seconds. */
type Stored<T> = T extends Date ? number : T extends object ? { readonly [K in keyof T]: Stored<T[K]> } : T;

/** A query execution as stored: what `GetQueryExecution` answers, and what the service keeps beside it. */
export interface ExecutionRecord {
  readonly execution: Stored<QueryExecution>;
  readonly account: string;
  readonly columns: readonly ColumnInfo[];
  /** The first row of page 1 is the header. */
  readonly header: boolean;
  /** Where the result's bytes are; absent without any. */
  readonly result?: { readonly bucket: string; readonly key: string } | { readonly file: string };
  readonly rows: number;
  /** Rows fetched from federated tables. */
  readonly fetched?: number;
}

export interface WorkGroupRecord {
  readonly Name: string;
  readonly State: 'ENABLED' | 'DISABLED';
  readonly Description?: string;
  readonly Configuration: WorkGroupConfiguration;
  /** Epoch seconds. */
  readonly CreationTime: number;
}

export interface NamedQueryRecord {
  readonly NamedQueryId: string;
  readonly Name: string;
  readonly Description?: string;
  readonly Database: string;
  readonly QueryString: string;
  readonly WorkGroup: string;
}

export interface PreparedStatementRecord {
  readonly StatementName: string;
  readonly QueryStatement: string;
  readonly WorkGroupName: string;
  readonly Description?: string;
  /** Epoch seconds. */
  readonly LastModifiedTime: number;
}

export function namespace(context: { readonly account: string; readonly region: string }, kind: string): string {
  return `athena/${context.account}/${context.region}/${kind}`;
}

export function invalid(message: string, code = 'INVALID_INPUT'): AwsError {
  return new AwsError('InvalidRequestException', message, 400, { AthenaErrorCode: code });
}

/** One page of a list. The token is the position, so a list that grows at its end keeps its pages. */
export function page<T>(items: readonly T[], input: { MaxResults?: number; NextToken?: string }, most: number) {
  const from = Number(input.NextToken ?? '0');
  if (!Number.isInteger(from) || from < 0) throw invalid(`Invalid NextToken: ${input.NextToken}`);
  const size = Math.min(input.MaxResults ?? most, most);
  const next = from + size < items.length ? { NextToken: String(from + size) } : {};
  return { items: items.slice(from, from + size), ...next };
}

export function workGroupArn(name: string, { region, account }: Context): string {
  return `arn:aws:athena:${region}:${account}:workgroup/${name}`;
}
