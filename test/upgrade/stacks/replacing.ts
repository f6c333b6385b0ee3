import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { resourceType } from '#local/deployer/resources/registry.ts';
import { isInert } from '#local/deployer/resources/resource.ts';

interface Specification {
  readonly schema: {
    readonly resource: {
      readonly entities: readonly {
        readonly cloudFormationType: string;
        readonly properties: Readonly<Record<string, { readonly causesReplacement?: 'yes' | 'no' | 'maybe' }>>;
      }[];
    };
  };
}

/** The specification of CloudFormation's resources that the CDK's command line brings for its own diff: type → the properties whose change makes a new resource. */
export function specifiedReplacements(types: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const folder = createRequire(import.meta.url).resolve('aws-cdk/package.json');
  const text = gunzipSync(readFileSync(join(folder, '../db.json.gz'))).toString('utf8');
  const wanted = new Set(types);
  const { entities } = (JSON.parse(text) as Specification).schema.resource;
  const found = entities.filter(({ cloudFormationType }) => wanted.has(cloudFormationType));
  return new Map(
    found.map(({ cloudFormationType, properties }) => [
      cloudFormationType,
      Object.keys(properties)
        .filter((name) => /^(yes|maybe)$/.test(properties[name]?.causesReplacement ?? 'no'))
        .sort(),
    ]),
  );
}

/** What the local deployer replaces a resource for, and what it knows of besides; undefined for a type that it keeps as data only. */
export function deployedReplacements(
  type: string,
): { readonly replacing: readonly string[]; readonly known: readonly string[] } | undefined {
  const found = resourceType(type);
  if (found === undefined || isInert(found)) return undefined;
  const known = Object.keys(found.properties);
  return { known, replacing: known.filter((name) => found.properties[name] === 'replace').sort() };
}
