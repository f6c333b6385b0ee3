import type { Route } from '../../core/rest-codec.ts';

const API = '/restapis/{restApiId}';
const RESOURCE = `${API}/resources/{resourceId}`;
const METHOD = `${RESOURCE}/methods/{httpMethod}`;

/** API Gateway's control plane on the wire, from its service model. */
export const ROUTES: readonly Route[] = [
  { operation: 'CreateRestApi', method: 'POST', path: '/restapis', status: 201 },
  { operation: 'GetRestApis', method: 'GET', path: '/restapis' },
  { operation: 'GetRestApi', method: 'GET', path: API },
  { operation: 'UpdateRestApi', method: 'PATCH', path: API },
  { operation: 'DeleteRestApi', method: 'DELETE', path: API, status: 204 },
  { operation: 'GetResources', method: 'GET', path: `${API}/resources` },
  { operation: 'CreateResource', method: 'POST', path: `${API}/resources/{parentId}`, status: 201 },
  { operation: 'DeleteResource', method: 'DELETE', path: RESOURCE, status: 204 },
  { operation: 'PutIntegration', method: 'PUT', path: `${METHOD}/integration`, status: 201 },
  { operation: 'PutMethod', method: 'PUT', path: METHOD, status: 201 },
  { operation: 'GetMethod', method: 'GET', path: METHOD },
  { operation: 'DeleteMethod', method: 'DELETE', path: METHOD, status: 204 },
  { operation: 'CreateDeployment', method: 'POST', path: `${API}/deployments`, status: 201 },
  { operation: 'DeleteDeployment', method: 'DELETE', path: `${API}/deployments/{deploymentId}`, status: 204 },
  { operation: 'CreateStage', method: 'POST', path: `${API}/stages`, status: 201 },
  { operation: 'GetStages', method: 'GET', path: `${API}/stages` },
  { operation: 'GetStage', method: 'GET', path: `${API}/stages/{stageName}` },
  { operation: 'UpdateStage', method: 'PATCH', path: `${API}/stages/{stageName}` },
  { operation: 'DeleteStage', method: 'DELETE', path: `${API}/stages/{stageName}`, status: 204 },
];
