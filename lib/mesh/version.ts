/** The version of this release, as package.json has it: Lambdas say it of themselves, which have no such file. */
export const VERSION = '0.1.0';
