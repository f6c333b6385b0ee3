import { type Properties, pick, type ResourceRequest, type ResourceType, rules } from './resource.ts';

type Principals = readonly { readonly DataLakePrincipalIdentifier: string }[];

/** CloudFormation's names for what the API calls otherwise. */
const RENAMED: Readonly<Record<string, string>> = { Admins: 'DataLakeAdmins' };
const SAME =
  'AllowExternalDataFiltering AllowFullTableExternalDataAccess AuthorizedSessionTagValueList CreateDatabaseDefaultPermissions CreateTableDefaultPermissions ExternalDataFilteringAllowList Parameters ReadOnlyAdmins TrustedResourceOwners';

/**
 * One for each account and region. `MutationType: APPEND` keeps what others set and adds its own; otherwise what it says replaces everything
 * (AWS::LakeFormation::DataLakeSettings, CloudFormation Template Reference).
 */
export const dataLakeSettings: ResourceType = {
  properties: rules({ update: `Admins MutationType ${SAME}` }),
  async create(request) {
    await put(request);
    return { id: `lake-formation-settings-${request.site.account}` };
  },
  async update(request) {
    await put(request);
    return { id: request.id };
  },
  /** What was appended stays: others may rely on it; what replaced everything is cleared. */
  async delete({ call, properties }) {
    if (properties.MutationType === 'APPEND') return;
    await call('lakeformation', 'PutDataLakeSettings', { DataLakeSettings: {} });
  },
};

async function put({ call, properties }: ResourceRequest): Promise<void> {
  const own: Record<string, unknown> = pick(properties, SAME);
  for (const [name, apiName] of Object.entries(RENAMED)) {
    if (properties[name] !== undefined) own[apiName] = properties[name];
  }
  if (properties.MutationType !== 'APPEND') {
    await call('lakeformation', 'PutDataLakeSettings', { DataLakeSettings: own });
    return;
  }
  const { DataLakeSettings: current } = await call<{ DataLakeSettings: Properties }>(
    'lakeformation',
    'GetDataLakeSettings',
    {},
  );
  const merged = {
    ...current,
    ...own,
    DataLakeAdmins: union(current.DataLakeAdmins, own.DataLakeAdmins),
    ReadOnlyAdmins: union(current.ReadOnlyAdmins, own.ReadOnlyAdmins),
    ExternalDataFilteringAllowList: union(current.ExternalDataFilteringAllowList, own.ExternalDataFilteringAllowList),
    Parameters: { ...(current.Parameters as object), ...(own.Parameters as object) },
  };
  await call('lakeformation', 'PutDataLakeSettings', { DataLakeSettings: merged });
}

function union(current: unknown, own: unknown): Principals {
  const all = [...((current ?? []) as Principals), ...((own ?? []) as Principals)];
  return [...new Map(all.map((principal) => [principal.DataLakePrincipalIdentifier, principal])).values()];
}
