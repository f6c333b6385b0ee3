import type { Cedar } from './cedar.ts';
import type { PolicyAction } from './question.ts';

interface RecordType {
  readonly type?: string;
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

interface Namespace {
  readonly commonTypes?: Readonly<Record<string, RecordType>>;
  readonly entityTypes?: Readonly<Record<string, { readonly shape?: RecordType }>>;
  readonly actions?: Readonly<Record<string, { readonly appliesTo?: { readonly context?: RecordType } }>>;
}

/** The names of what policy may read in one kind of question. */
export interface ReadableFacts {
  readonly resource: ReadonlySet<string>;
  readonly principal: ReadonlySet<string>;
  readonly context: ReadonlySet<string>;
}

/** What the schema says can be read when that is asked. */
export function readableFacts(
  schema: string,
  cedar: Pick<Cedar, 'schemaToJson'>,
): (action: PolicyAction) => ReadableFacts {
  const answer = cedar.schemaToJson(schema);
  const weft = (answer.type === 'success' ? (answer.json as Record<string, Namespace>).Weft : undefined) ?? {};
  const attributes = (type: RecordType | undefined): ReadonlySet<string> => {
    if (type?.attributes !== undefined) return new Set(Object.keys(type.attributes));
    const name = (type?.name ?? type?.type ?? '').replace(/^Weft::/, '');
    const common = weft.commonTypes?.[name];
    return common === undefined ? new Set() : attributes(common);
  };
  const resource = attributes(weft.entityTypes?.Product?.shape);
  const principal = attributes(weft.entityTypes?.Principal?.shape);
  return (action) => ({ resource, principal, context: attributes(weft.actions?.[action]?.appliesTo?.context) });
}
