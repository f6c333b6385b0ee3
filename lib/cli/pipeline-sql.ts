import { join } from 'node:path';
import type { DomainRepository } from '#constructs/domain-repository.ts';
import type { Problem } from '#mesh/error.ts';
import { repositoryLineage } from '#mesh/lineage/repository.ts';
import { landingColumns } from '#mesh/pipeline/landing.ts';
import { localSqlParser } from './sql-parser.ts';

/** What looks wrong in the SQL of a pipeline: columns that no table has, raw tables that are not there. Warnings, for Athena has the last word; `folder` is how messages name it. */
export async function doubtsOfSql(
  { domain, products, pipeline, sql }: DomainRepository,
  folder: string,
): Promise<Problem[]> {
  const steps = pipeline.steps.map((step) => ({
    product: step.product,
    table: step.table,
    file: join(folder, 'pipeline', step.sql),
    sql: sql[step.sql] ?? '',
  }));
  const landing = Object.fromEntries(
    pipeline.landing.map((raw) => [
      raw.name,
      (landingColumns(raw, pipeline, products) ?? []).map((column) => column.name),
    ]),
  );
  const { problems } = repositoryLineage({ domain: domain.name, products, steps, landing }, await localSqlParser());
  return problems.map((problem) => ({ ...problem, severity: 'warning' }));
}
