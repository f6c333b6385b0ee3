import { Duration } from 'aws-cdk-lib';

/** How often the age of the tables is looked at. */
export const LOOK_EVERY = Duration.hours(1);
