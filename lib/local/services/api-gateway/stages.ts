import { createHash } from 'node:crypto';
import type { Operations } from '../../core/service.ts';
import {
  badRequest,
  type Deployment,
  type MethodSetting,
  notFound,
  type Stage,
  type StoredApi,
  saveApi,
} from './model.ts';
import { onApi } from './on-api.ts';

interface StageInput {
  readonly restApiId: string;
  readonly stageName?: string;
  readonly deploymentId?: string;
  readonly description?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** In CloudFormation's form: the API sets them by patches, the deployer at once. */
  readonly methodSettings?: readonly MethodSetting[];
  readonly tracingEnabled?: boolean;
  readonly patchOperations?: readonly { readonly op: string; readonly path: string; readonly value?: string }[];
}

/** Deployments, which freeze an API, and the stages that serve them. */
export const stageOperations: Operations = {
  CreateDeployment: onApi<StageInput>((api, input, context) => {
    if (api.methods.length === 0) throw badRequest("The REST API doesn't contain any methods");
    if (api.methods.some((method) => method.integration === undefined)) {
      throw badRequest('No integration defined for method');
    }
    const id = createHash('sha256').update(`${context.requestId} deployment`).digest('hex').slice(0, 6);
    const { resources, methods, policy } = api;
    const deployment: Deployment = {
      id,
      description: input.description,
      createdAt: context.now,
      resources,
      methods,
      policy,
    };
    const next = { ...api, deployments: [...api.deployments, deployment] };
    const { stageName } = input;
    saveApi(
      context.cloud.store,
      stageName === undefined
        ? next
        : { ...next, stages: [...others(api, stageName), { stageName, deploymentId: id }] },
    );
    return { id, description: input.description, createdDate: new Date(context.now) };
  }),
  DeleteDeployment: onApi<StageInput>((api, input, context) => {
    if (api.stages.some((stage) => stage.deploymentId === input.deploymentId)) {
      throw badRequest('Active stages pointing to this deployment must be moved or deleted');
    }
    const deployments = api.deployments.filter(({ id }) => id !== input.deploymentId);
    if (deployments.length === api.deployments.length) throw notFound('Deployment');
    saveApi(context.cloud.store, { ...api, deployments });
  }),
  CreateStage: onApi<StageInput>((api, input, context) => {
    const { stageName = '', deploymentId = '', description, variables, methodSettings, tracingEnabled } = input;
    if (!/^[\w-]{1,128}$/.test(stageName)) throw badRequest(`Stage name ${stageName} is not valid`);
    if (api.stages.some((stage) => stage.stageName === stageName)) throw badRequest('Stage already exists');
    if (!api.deployments.some(({ id }) => id === deploymentId)) throw badRequest('Deployment id does not exist');
    const stage: Stage = { stageName, deploymentId, description, variables, methodSettings, tracingEnabled };
    saveApi(context.cloud.store, { ...api, stages: [...api.stages, stage] });
    return stage;
  }),
  GetStage: onApi<StageInput>((api, input) => getStage(api, input)),
  GetStages: onApi<StageInput>((api) => ({ item: api.stages })),
  UpdateStage: onApi<StageInput>((api, input, context) => {
    const stage = getStage(api, input);
    const { restApiId: _id, stageName: _name, patchOperations = [], ...changes } = input;
    let next: Stage = { ...stage, ...changes };
    for (const { op, path, value } of patchOperations) {
      const variable = /^\/variables\/(\w+)$/.exec(path)?.[1];
      if (op === 'replace' && path === '/deploymentId') next = { ...next, deploymentId: value ?? '' };
      else if (op === 'replace' && variable !== undefined) {
        next = { ...next, variables: { ...next.variables, [variable]: value ?? '' } };
      } else throw badRequest(`weft local does not patch ${path} of a stage`);
    }
    if (!api.deployments.some(({ id }) => id === next.deploymentId)) throw badRequest('Deployment id does not exist');
    saveApi(context.cloud.store, { ...api, stages: [...others(api, stage.stageName), next] });
    return next;
  }),
  DeleteStage: onApi<StageInput>((api, input, context) => {
    saveApi(context.cloud.store, { ...api, stages: others(api, getStage(api, input).stageName) });
  }),
};

function getStage(api: StoredApi, input: StageInput): Stage {
  const stage = api.stages.find(({ stageName }) => stageName === input.stageName);
  if (stage === undefined) throw notFound('stage');
  return stage;
}

function others(api: StoredApi, stageName: string): readonly Stage[] {
  return api.stages.filter((stage) => stage.stageName !== stageName);
}
