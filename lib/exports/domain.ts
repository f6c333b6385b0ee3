// What a domain's CDK app is made of: `weft/domain`.
export { runApp } from '#constructs/app-failure.ts';
export { readDomainRepository } from '#constructs/domain-repository.ts';
export { settleWildcards } from '#constructs/wildcards.ts';
export { meshOptions } from '#stacks/mesh-options.ts';
export { EdgeAccess, type EdgeAccessProps } from '#stacks/pipeline/edge-access.ts';
export { addDomainPipeline, type DomainAppOptions, domainApp } from '#stacks/pipeline/pipeline-app.ts';
export { DomainPipelineStack, type DomainPipelineStackProps } from '#stacks/pipeline/pipeline-stack.ts';
