/**
 * What makes more of a cost that all domains share. `acts`: what a domain did, as the trail has it. `reads`: queries that its people ran. `products`: versions
 * that it offers. `even`: nothing that can be told.
 */
export type Driver = 'acts' | 'reads' | 'products' | 'even';

/**
 * The driver of each service, by the names that a bill gives it (its console name and its product code): see the reference of costs for what a service is
 * billed by. The governance account's S3 and CloudTrail are its trail, which grows with reads; its alarms and its auditors' queries with nothing that one
 * domain does.
 */
const DRIVERS: readonly (readonly [RegExp, Driver])[] = [
  [
    /dynamodb|lambda|apigateway|simplequeueservice|queueservice|eventbridge|awsevents|cloudwatchevents|keymanagement|awskms|xray/,
    'acts',
  ],
  [/simplestorageservice|amazons3|cloudtrail/, 'reads'],
  [/awsglue|glue|lakeformation|resourceaccessmanager/, 'products'],
];

/** By what a service of the governance account is shared; `even` for one that is not known. */
export function driverOf(service: string): Driver {
  const name = service.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return DRIVERS.find(([pattern]) => pattern.test(name))?.[1] ?? 'even';
}
