import { shareParameterName } from '#mesh/topology/names.ts';
import type { JsonCall } from './json-call.ts';
import { isNamed } from './retry.ts';

/** What an account's agent remembers: the generation of the newest intent that it took up, for each product database. */
export interface AppliedGenerations {
  /** Undefined when none was ever taken up. */
  last(database: string): Promise<number | undefined>;
  keep(database: string, generation: number): Promise<void>;
}

/** Keeps the generations as parameters of the account that the agent is in. */
export function createAppliedGenerations(call: JsonCall, mesh: string): AppliedGenerations {
  return {
    async last(database) {
      try {
        const answer = await call('GetParameter', { Name: shareParameterName(mesh, database) });
        const value = (answer as { Parameter: { Value: string } }).Parameter.Value;
        return /^\d{1,15}$/.test(value) ? Number(value) : undefined;
      } catch (error) {
        if (isNamed(error, 'ParameterNotFound')) return undefined;
        throw error;
      }
    },
    async keep(database, generation) {
      const Name = shareParameterName(mesh, database);
      await call('PutParameter', { Name, Value: String(generation), Type: 'String', Overwrite: true });
    },
  };
}
