import { type Family, nameOf, type Properties, type ResourceRequest, rules, tagMap } from './resource.ts';

const STAGE_INERT = {
  AccessLogSetting: 'requests are recorded by observers of the local cloud, not in a log group',
  Tags: 'tags of a stage decide nothing',
};

export const apiGateway: Family = {
  'AWS::ApiGateway::Account': { inert: 'the role that writes logs decides nothing here' },

  'AWS::ApiGateway::RestApi': {
    properties: rules({
      update: 'Description Name Policy',
      inert: {
        EndpointConfiguration: 'every API answers on the one port of this machine',
        Tags: 'tags of an API decide nothing',
      },
    }),
    async create(request) {
      const { properties, call } = request;
      const { id, rootResourceId } = await call<{ id: string; rootResourceId: string }>('apigateway', 'CreateRestApi', {
        name: nameOf(request, 'Name'),
        description: properties.Description,
        policy: policyText(properties),
        tags: tagMap(properties.Tags),
      });
      return { id, attributes: { RestApiId: id, RootResourceId: rootResourceId } };
    },
    async update({ call, id, attributes, properties, previous }) {
      const changed = (name: string) => JSON.stringify(properties[name]) !== JSON.stringify(previous[name]);
      const values = { Name: properties.Name, Description: properties.Description, Policy: policyText(properties) };
      const patchOperations = Object.entries(values)
        .filter(([name]) => changed(name))
        .map(([name, value]) => ({ op: 'replace', path: `/${name.toLowerCase()}`, value: value ?? '' }));
      await call('apigateway', 'UpdateRestApi', { restApiId: id, patchOperations });
      return { id, attributes };
    },
    async delete({ call, id }) {
      await call('apigateway', 'DeleteRestApi', { restApiId: id });
    },
  },

  'AWS::ApiGateway::Resource': {
    properties: rules({ replace: 'ParentId PathPart RestApiId' }),
    async create({ call, properties }) {
      const { id } = await call<{ id: string }>('apigateway', 'CreateResource', {
        restApiId: properties.RestApiId,
        parentId: properties.ParentId,
        pathPart: properties.PathPart,
      });
      return { id, attributes: { ResourceId: id } };
    },
    async delete({ call, id, properties }) {
      await call('apigateway', 'DeleteResource', { restApiId: properties.RestApiId, resourceId: id });
    },
  },

  'AWS::ApiGateway::Method': {
    properties: rules({
      update: 'ApiKeyRequired AuthorizationType Integration OperationName',
      replace: 'HttpMethod ResourceId RestApiId',
    }),
    async create(request) {
      await putMethod(request);
      return { id: request.generatedName() };
    },
    async update(request) {
      await putMethod(request);
      return { id: request.id };
    },
    async delete({ call, properties }) {
      await call('apigateway', 'DeleteMethod', keyOf(properties));
    },
  },

  'AWS::ApiGateway::Deployment': {
    properties: rules({ replace: 'Description RestApiId' }),
    async create({ call, properties }) {
      const input = { restApiId: properties.RestApiId, description: properties.Description };
      const { id } = await call<{ id: string }>('apigateway', 'CreateDeployment', input);
      return { id, attributes: { DeploymentId: id } };
    },
    async delete({ call, id, properties }) {
      await call('apigateway', 'DeleteDeployment', { restApiId: properties.RestApiId, deploymentId: id });
    },
  },

  'AWS::ApiGateway::Stage': {
    nameProperty: 'StageName',
    properties: rules({
      update: 'DeploymentId Description MethodSettings TracingEnabled Variables',
      replace: 'RestApiId StageName',
      inert: STAGE_INERT,
    }),
    async create({ call, properties }) {
      await call('apigateway', 'CreateStage', stageOf(properties));
      return { id: String(properties.StageName) };
    },
    async update({ call, id, properties }) {
      await call('apigateway', 'UpdateStage', stageOf(properties));
      return { id };
    },
    async delete({ call, id, properties }) {
      await call('apigateway', 'DeleteStage', { restApiId: properties.RestApiId, stageName: id });
    },
  },
};

function policyText({ Policy }: Properties): string | undefined {
  return Policy === undefined ? undefined : JSON.stringify(Policy);
}

function keyOf({ RestApiId, ResourceId, HttpMethod }: Properties): Properties {
  return { restApiId: RestApiId, resourceId: ResourceId, httpMethod: HttpMethod };
}

/** A method and its integration are one resource in a template and two calls of the API. */
async function putMethod({ call, properties }: ResourceRequest): Promise<void> {
  const { AuthorizationType, ApiKeyRequired, OperationName, Integration } = properties;
  await call('apigateway', 'PutMethod', {
    ...keyOf(properties),
    authorizationType: AuthorizationType,
    apiKeyRequired: ApiKeyRequired,
    operationName: OperationName,
  });
  if (Integration === undefined) return;
  const members = Object.entries(Integration as Properties);
  const integration = members.map(([name, value]) => [`${name.slice(0, 1).toLowerCase()}${name.slice(1)}`, value]);
  await call('apigateway', 'PutIntegration', { ...keyOf(properties), ...Object.fromEntries(integration) });
}

function stageOf(properties: Properties): Properties {
  return {
    restApiId: properties.RestApiId,
    stageName: properties.StageName,
    deploymentId: properties.DeploymentId,
    description: properties.Description,
    variables: properties.Variables,
    methodSettings: properties.MethodSettings,
    tracingEnabled: properties.TracingEnabled,
  };
}
