import { apiHandler } from '../shared/api-handler.ts';
import { COMMAND_LIMITS } from '../shared/limits.ts';
import { ROUTES } from './routes.ts';

/** Every command of the mesh that reads no documents. */
export const handler = apiHandler('api', ROUTES, COMMAND_LIMITS);
