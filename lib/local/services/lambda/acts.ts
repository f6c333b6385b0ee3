import { tellAssumed } from '../../core/act.ts';
import { type Cloud, callerFor } from '../../core/cloud.ts';
import type { StoredFunction } from './model.ts';

/** Lambda takes on a function's role, and its runtime writes the log and the traces as that role. */
export function tellRuntime(cloud: Cloud, stored: StoredFunction): void {
  const { Role, LoggingConfig, TracingConfig } = stored.configuration;
  tellAssumed(cloud, 'lambda.amazonaws.com', Role);
  const group = LoggingConfig?.LogGroup ?? `/aws/lambda/${stored.name}`;
  const log = `arn:aws:logs:${stored.region}:${stored.account}:log-group:${group}:log-stream:x`;
  tellAs(cloud, stored, ['logs:CreateLogStream', 'logs:PutLogEvents'], log);
  if (TracingConfig?.Mode === 'Active')
    tellAs(cloud, stored, ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*');
}

/** What Lambda does as a function's role. */
export function tellAs(cloud: Cloud, stored: StoredFunction, actions: readonly string[], resource: string): void {
  const caller = callerFor(stored.configuration.Role, stored.name);
  for (const action of actions) cloud.tell({ caller, action, resource });
}
