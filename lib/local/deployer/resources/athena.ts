import { type Family, nameOf, pick, rules } from './resource.ts';

export const athena: Family = {
  'AWS::Athena::WorkGroup': {
    nameProperty: 'Name',
    properties: rules({
      update: 'Description RecursiveDeleteOption State Tags WorkGroupConfiguration',
      replace: 'Name',
    }),
    async create({ call, properties }) {
      const Name = String(properties.Name);
      await call('athena', 'CreateWorkGroup', {
        ...pick(properties, 'Description Tags'),
        Name,
        Configuration: properties.WorkGroupConfiguration,
      });
      if (properties.State === 'DISABLED')
        await call('athena', 'UpdateWorkGroup', { WorkGroup: Name, State: 'DISABLED' });
      return { id: Name };
    },
    async update({ call, id, properties }) {
      const configuration = properties.WorkGroupConfiguration;
      await call('athena', 'UpdateWorkGroup', {
        ...pick(properties, 'Description State'),
        WorkGroup: id,
        ConfigurationUpdates: configuration === undefined ? undefined : configurationUpdates(configuration as object),
      });
      return { id };
    },
    async delete({ call, id, properties }) {
      await call('athena', 'DeleteWorkGroup', {
        WorkGroup: id,
        RecursiveDeleteOption: properties.RecursiveDeleteOption,
      });
    },
  },

  'AWS::Athena::DataCatalog': {
    nameProperty: 'Name',
    properties: rules({
      update: 'Type Description Parameters ConnectionType',
      replace: 'Name',
      inert: { Tags: 'tags of a data source decide nothing here' },
    }),
    async create({ call, properties }) {
      await call('athena', 'CreateDataCatalog', pick(properties, 'Name Type Description Parameters'));
      return { id: String(properties.Name) };
    },
    async update({ call, id, properties }) {
      await call('athena', 'UpdateDataCatalog', pick(properties, 'Name Type Description Parameters'));
      return { id };
    },
    async delete({ call, id }) {
      await call('athena', 'DeleteDataCatalog', { Name: id });
    },
  },

  'AWS::Athena::NamedQuery': {
    properties: rules({ replace: 'Database Description Name QueryString WorkGroup' }),
    async create(request) {
      const input = { ...request.properties, Name: nameOf(request, 'Name', 128) };
      const { NamedQueryId } = await request.call<{ NamedQueryId: string }>('athena', 'CreateNamedQuery', input);
      return { id: NamedQueryId, attributes: { NamedQueryId } };
    },
    async delete({ call, id }) {
      await call('athena', 'DeleteNamedQuery', { NamedQueryId: id });
    },
  },

  'AWS::Athena::PreparedStatement': {
    nameProperty: 'StatementName',
    properties: rules({ update: 'Description QueryStatement', replace: 'StatementName WorkGroup' }),
    async create({ call, properties }) {
      await call('athena', 'CreatePreparedStatement', properties);
      return { id: String(properties.StatementName) };
    },
    async update({ call, id, properties }) {
      await call('athena', 'UpdatePreparedStatement', properties);
      return { id };
    },
    async delete({ call, properties }) {
      await call('athena', 'DeletePreparedStatement', pick(properties, 'StatementName WorkGroup'));
    },
  },
};

/** UpdateWorkGroup names the result configuration's update differently from its creation. */
function configurationUpdates({ ResultConfiguration, ...rest }: { ResultConfiguration?: object }): object {
  return { ...rest, ...(ResultConfiguration === undefined ? {} : { ResultConfigurationUpdates: ResultConfiguration }) };
}
