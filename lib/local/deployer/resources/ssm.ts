import { type Family, nameOf, pick, rules, tagMap } from './resource.ts';

const UPDATE = 'AllowedPattern DataType Description Tier Type Value';

export const ssm: Family = {
  'AWS::SSM::Parameter': {
    nameProperty: 'Name',
    properties: rules({ update: `${UPDATE} Tags`, replace: 'Name' }),
    async create(request) {
      const Name = nameOf(request, 'Name', 1024);
      const Tags = Object.entries(tagsOf(request.properties.Tags)).map(([Key, Value]) => ({ Key, Value }));
      await request.call('ssm', 'PutParameter', {
        ...pick(request.properties, UPDATE),
        Name,
        ...(Tags.length > 0 ? { Tags } : {}),
      });
      return { id: Name, attributes: pick(request.properties, 'Type Value') };
    },
    async update({ call, id, properties }) {
      await call('ssm', 'PutParameter', { ...pick(properties, UPDATE), Name: id, Overwrite: true });
      return { id, attributes: pick(properties, 'Type Value') };
    },
    async delete({ call, id }) {
      await call('ssm', 'DeleteParameter', { Name: id });
    },
  },
};

/** This type's tags are a map; other types' are a list. */
function tagsOf(tags: unknown): Record<string, string> {
  return tagMap(tags) ?? ((tags ?? {}) as Record<string, string>);
}
