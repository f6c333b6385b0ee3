import type { Route } from '../../core/rest-codec.ts';

const FUNCTION = '/2015-03-31/functions/{FunctionName}';
const MAPPING = '/2015-03-31/event-source-mappings';

/** Lambda's operations on the wire, from its service model. */
export const ROUTES: readonly Route[] = [
  { operation: 'CreateFunction', method: 'POST', path: '/2015-03-31/functions', status: 201 },
  {
    operation: 'ListFunctions',
    method: 'GET',
    path: '/2015-03-31/functions',
    query: { Marker: 'Marker', MaxItems: 'MaxItems' },
  },
  { operation: 'GetFunction', method: 'GET', path: FUNCTION },
  { operation: 'DeleteFunction', method: 'DELETE', path: FUNCTION, status: 204 },
  { operation: 'GetFunctionConfiguration', method: 'GET', path: `${FUNCTION}/configuration` },
  { operation: 'UpdateFunctionConfiguration', method: 'PUT', path: `${FUNCTION}/configuration` },
  { operation: 'UpdateFunctionCode', method: 'PUT', path: `${FUNCTION}/code` },
  {
    operation: 'Invoke',
    method: 'POST',
    path: `${FUNCTION}/invocations`,
    payload: 'Payload',
    query: { Qualifier: 'Qualifier' },
    headers: {
      InvocationType: 'x-amz-invocation-type',
      LogType: 'x-amz-log-type',
      ClientContext: 'x-amz-client-context',
    },
    outputHeaders: {
      FunctionError: 'x-amz-function-error',
      LogResult: 'x-amz-log-result',
      ExecutedVersion: 'x-amz-executed-version',
    },
    outputPayload: 'Payload',
  },
  { operation: 'AddPermission', method: 'POST', path: `${FUNCTION}/policy`, status: 201 },
  { operation: 'GetPolicy', method: 'GET', path: `${FUNCTION}/policy` },
  { operation: 'RemovePermission', method: 'DELETE', path: `${FUNCTION}/policy/{StatementId}`, status: 204 },
  {
    operation: 'PutFunctionConcurrency',
    method: 'PUT',
    path: '/2017-10-31/functions/{FunctionName}/concurrency',
  },
  {
    operation: 'DeleteFunctionConcurrency',
    method: 'DELETE',
    path: '/2017-10-31/functions/{FunctionName}/concurrency',
    status: 204,
  },
  { operation: 'GetFunctionConcurrency', method: 'GET', path: '/2019-09-30/functions/{FunctionName}/concurrency' },
  {
    operation: 'PutFunctionEventInvokeConfig',
    method: 'PUT',
    path: '/2019-09-25/functions/{FunctionName}/event-invoke-config',
  },
  {
    operation: 'GetFunctionEventInvokeConfig',
    method: 'GET',
    path: '/2019-09-25/functions/{FunctionName}/event-invoke-config',
  },
  {
    operation: 'DeleteFunctionEventInvokeConfig',
    method: 'DELETE',
    path: '/2019-09-25/functions/{FunctionName}/event-invoke-config',
    status: 204,
  },
  { operation: 'CreateEventSourceMapping', method: 'POST', path: MAPPING, status: 202 },
  {
    operation: 'ListEventSourceMappings',
    method: 'GET',
    path: MAPPING,
    query: { FunctionName: 'FunctionName', EventSourceArn: 'EventSourceArn', Marker: 'Marker', MaxItems: 'MaxItems' },
  },
  { operation: 'GetEventSourceMapping', method: 'GET', path: `${MAPPING}/{UUID}` },
  { operation: 'UpdateEventSourceMapping', method: 'PUT', path: `${MAPPING}/{UUID}`, status: 202 },
  { operation: 'DeleteEventSourceMapping', method: 'DELETE', path: `${MAPPING}/{UUID}`, status: 202 },
  { operation: 'TagResource', method: 'POST', path: '/2017-03-31/tags/{Resource}', status: 204 },
  { operation: 'ListTags', method: 'GET', path: '/2017-03-31/tags/{Resource}' },
];
