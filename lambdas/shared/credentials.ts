import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for the SDK's chain of credential providers in the bundles: a Lambda's credentials come from its environment, and the chain's
 * other links (SSO, profiles, web identity, containers) would be a fifth of each bundle.
 */
export const defaultProvider = () => fromEnv();
