import { userError } from '#mesh/error.ts';
import { dataLakeSettings } from './lake-formation-settings.ts';
import { type ExistingResource, type Family, type Properties, pick, type ResourceRequest, rules } from './resource.ts';

const GRANT = 'Principal Resource Permissions PermissionsWithGrantOption';

interface BatchAnswer {
  readonly Failures?: readonly { readonly Error?: { readonly ErrorCode?: string; readonly ErrorMessage?: string } }[];
}

export const lakeFormation: Family = {
  'AWS::LakeFormation::DataLakeSettings': dataLakeSettings,

  'AWS::LakeFormation::Resource': {
    nameProperty: 'ResourceArn',
    properties: rules({
      update: 'HybridAccessEnabled RoleArn WithFederation',
      replace: 'ResourceArn UseServiceLinkedRole',
    }),
    async create({ call, properties }) {
      await call('lakeformation', 'RegisterResource', properties);
      return { id: String(properties.ResourceArn) };
    },
    async update({ call, id, properties }) {
      await call(
        'lakeformation',
        'UpdateResource',
        pick(properties, 'HybridAccessEnabled ResourceArn RoleArn WithFederation'),
      );
      return { id };
    },
    async delete({ call, id }) {
      await call('lakeformation', 'DeregisterResource', { ResourceArn: id });
    },
  },

  'AWS::LakeFormation::PrincipalPermissions': {
    properties: rules({ update: 'Permissions PermissionsWithGrantOption', replace: 'Catalog Principal Resource' }),
    async create({ call, properties }) {
      await call('lakeformation', 'GrantPermissions', { ...pick(properties, GRANT), CatalogId: properties.Catalog });
      const PrincipalIdentifier = JSON.stringify(properties.Principal);
      const ResourceIdentifier = JSON.stringify(properties.Resource);
      const id = `${PrincipalIdentifier}|${ResourceIdentifier}`;
      return { id, attributes: { PrincipalIdentifier, ResourceIdentifier } };
    },
    /** AWS replaces the grant by one with the same identity, and revoking the old one strips the new. */
    async update({ logicalId }) {
      throw userError(
        'WEFT-LOCAL-019',
        `${logicalId} changes the permissions of a grant in place, which CloudFormation does by granting and then revoking the same grant`,
        { hint: 'give the changed grant another logical id, and change it in two deployments' },
      );
    },
    async delete({ call, properties }) {
      await call('lakeformation', 'RevokePermissions', { ...pick(properties, GRANT), CatalogId: properties.Catalog });
    },
  },

  'AWS::LakeFormation::Tag': {
    nameProperty: 'TagKey',
    properties: rules({ update: 'TagValues', replace: 'CatalogId TagKey' }),
    async create({ call, properties }) {
      await call('lakeformation', 'CreateLFTag', properties);
      return { id: String(properties.TagKey) };
    },
    async update({ call, id, properties, previous }) {
      const before = new Set(previous.TagValues as string[]);
      const after = new Set(properties.TagValues as string[]);
      await call('lakeformation', 'UpdateLFTag', {
        ...pick(properties, 'CatalogId TagKey'),
        TagValuesToAdd: [...after].filter((value) => !before.has(value)),
        TagValuesToDelete: [...before].filter((value) => !after.has(value)),
      });
      return { id };
    },
    async delete({ call, id, properties }) {
      await call('lakeformation', 'DeleteLFTag', { ...pick(properties, 'CatalogId'), TagKey: id });
    },
  },

  'AWS::LakeFormation::TagAssociation': {
    properties: rules({ replace: 'LFTags Resource' }),
    async create(request) {
      await tagging(request, 'AddLFTagsToResource');
      const ResourceIdentifier = JSON.stringify(request.properties.Resource);
      const TagsIdentifier = JSON.stringify(request.properties.LFTags);
      return { id: `${ResourceIdentifier}|${TagsIdentifier}`, attributes: { ResourceIdentifier, TagsIdentifier } };
    },
    delete: (request) => tagging(request, 'RemoveLFTagsFromResource'),
  },

  'AWS::LakeFormation::DataCellsFilter': {
    properties: rules({ replace: 'ColumnNames ColumnWildcard DatabaseName Name RowFilter TableCatalogId TableName' }),
    async create({ call, properties }) {
      await call('lakeformation', 'CreateDataCellsFilter', { TableData: properties });
      return {
        id: `${properties.TableCatalogId}|${properties.DatabaseName}|${properties.TableName}|${properties.Name}`,
      };
    },
    async delete({ call, properties }) {
      const key = pick(properties, 'TableCatalogId DatabaseName TableName Name');
      await call('lakeformation', 'DeleteDataCellsFilter', key);
    },
  },
};

async function tagging({ call, properties }: ResourceRequest | ExistingResource, operation: string): Promise<void> {
  const tags = (properties.LFTags as Properties[]).map((tag) => pick(tag, 'CatalogId TagKey TagValues'));
  const input = { Resource: properties.Resource, LFTags: tags };
  const [failure] = (await call<BatchAnswer>('lakeformation', operation, input)).Failures ?? [];
  if (failure !== undefined) throw new Error(`${failure.Error?.ErrorCode}: ${failure.Error?.ErrorMessage}`);
}
