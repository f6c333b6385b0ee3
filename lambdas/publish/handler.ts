import { apiHandler } from '../shared/api-handler.ts';
import { DOCUMENT_LIMITS } from '../shared/limits.ts';
import { ROUTES } from './routes.ts';

/** The commands that read contracts: parsing and comparing them would double the weight of all the others. */
export const handler = apiHandler('publish', ROUTES, DOCUMENT_LIMITS);
