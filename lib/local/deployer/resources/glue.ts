import { type Family, type Properties, pick, rules } from './resource.ts';

type Named = Properties & { Name?: string };

export const glue: Family = {
  'AWS::Glue::Connection': {
    properties: rules({ update: 'ConnectionInput', replace: 'CatalogId Tags' }),
    async create(request) {
      const { CatalogId, ConnectionInput } = request.properties as Properties & { ConnectionInput: Named };
      const Name = ConnectionInput.Name ?? request.generatedName(255);
      const { Tags } = request.properties;
      await request.call('glue', 'CreateConnection', {
        CatalogId,
        ConnectionInput: { ...ConnectionInput, Name },
        Tags,
      });
      return { id: Name };
    },
    async update({ call, id, properties }) {
      const { CatalogId, ConnectionInput } = properties as Properties & { ConnectionInput: Named };
      await call('glue', 'UpdateConnection', {
        CatalogId,
        Name: id,
        ConnectionInput: { ...ConnectionInput, Name: id },
      });
      return { id };
    },
    async delete({ call, id, properties }) {
      await call('glue', 'DeleteConnection', { ...pick(properties, 'CatalogId'), ConnectionName: id });
    },
  },

  'AWS::Glue::Database': {
    properties: rules({ update: 'DatabaseInput', replace: 'CatalogId DatabaseName' }),
    async create(request) {
      const { CatalogId, DatabaseInput, DatabaseName } = request.properties as Properties & { DatabaseInput: Named };
      const Name =
        DatabaseInput.Name ?? (DatabaseName as string | undefined) ?? request.generatedName(255).toLowerCase();
      await request.call('glue', 'CreateDatabase', { CatalogId, DatabaseInput: { ...DatabaseInput, Name } });
      return { id: Name };
    },
    async update({ call, id, properties }) {
      const { CatalogId, DatabaseInput } = properties as Properties & { DatabaseInput: Named };
      await call('glue', 'UpdateDatabase', { CatalogId, Name: id, DatabaseInput: { ...DatabaseInput, Name: id } });
      return { id };
    },
    async delete({ call, id, properties }) {
      await call('glue', 'DeleteDatabase', { ...pick(properties, 'CatalogId'), Name: id });
    },
  },

  'AWS::Glue::Table': {
    properties: rules({ update: 'TableInput', replace: 'CatalogId DatabaseName Name' }),
    async create(request) {
      const { CatalogId, DatabaseName, TableInput } = request.properties as Properties & { TableInput: Named };
      const Name = TableInput.Name ?? request.generatedName(255).toLowerCase();
      await request.call('glue', 'CreateTable', { CatalogId, DatabaseName, TableInput: { ...TableInput, Name } });
      return { id: Name };
    },
    async update({ call, id, properties }) {
      const { CatalogId, DatabaseName, TableInput } = properties as Properties & { TableInput: Named };
      await call('glue', 'UpdateTable', { CatalogId, DatabaseName, TableInput: { ...TableInput, Name: id } });
      return { id };
    },
    async delete({ call, id, properties }) {
      await call('glue', 'DeleteTable', { ...pick(properties, 'CatalogId DatabaseName'), Name: id });
    },
  },
};
