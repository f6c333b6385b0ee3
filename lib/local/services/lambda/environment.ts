import type { Cloud } from '../../core/cloud.ts';
import type { StoredFunction } from './model.ts';

/**
 * The environment of a function's threads: its own variables and what Lambda sets, and nothing of this process. Asking again renews the keys of the
 * role session, which stay the same.
 */
export function environmentOf(cloud: Cloud, stored: StoredFunction): Record<string, string> {
  const { configuration, region, name, directory = '' } = stored;
  const keys = cloud.credentials(configuration.Role, name);
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: process.env.PATH ?? '',
    _HANDLER: configuration.Handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    LAMBDA_TASK_ROOT: directory,
    ...configuration.Environment?.Variables,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken,
    ...(cloud.endpoint === undefined ? {} : { AWS_ENDPOINT_URL: cloud.endpoint }),
  };
}
