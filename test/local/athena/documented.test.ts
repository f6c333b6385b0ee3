import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { CreateDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { Cloud } from '#local/core/cloud.ts';
import { AthenaService } from '#local/services/athena/service.ts';
import { GlueService } from '#local/services/glue/service.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { S3Service } from '#local/services/s3/service.ts';

/** Statements in the forms that one page of the Athena User Guide has. */
interface Page {
  readonly source: string;
  /** What of the page they are about, where it is about more. */
  readonly about?: string;
  readonly cases: readonly Case[];
}

interface Case extends Answer {
  readonly sql: string;
  /** What `lib/local` answers otherwise; a difference that is gone fails. */
  readonly local?: Answer;
  readonly because?: string;
}

/** Rows as text, or else a word of the refusal. */
interface Answer {
  readonly rows?: readonly (readonly (string | null)[])[];
  readonly refused?: string;
}

const FOLDER = new URL('../../cases/athena-sql/', import.meta.url);
const PAGES = readdirSync(FOLDER).flatMap((name) => parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Page[]);

describe('SQL as Athena documents it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-documented-'));
  const cloud = new Cloud({ folder });
  const services = [new S3Service(cloud), new GlueService(), new LakeFormationService(), new AthenaService()];
  for (const service of services) cloud.register(service);
  const config = cloud.clientConfig('arn:aws:iam::100000000001:role/analyst');
  const athena = new AthenaClient(config);
  const ResultConfiguration = { OutputLocation: 's3://results/' };

  beforeAll(async () => {
    await new S3Client(config).send(new CreateBucketCommand({ Bucket: 'results' }));
    await new GlueClient(config).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'default' } }));
  });
  afterAll(async () => {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(QueryString: string): Promise<Answer> {
    try {
      const started = await athena.send(new StartQueryExecutionCommand({ QueryString, ResultConfiguration }));
      const { QueryExecutionId } = started;
      await cloud.settle();
      const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
      if (QueryExecution?.Status?.State !== 'SUCCEEDED') return { refused: QueryExecution?.Status?.StateChangeReason };
      const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
      const [, ...rows] = (ResultSet?.Rows ?? []).map(({ Data }) =>
        (Data ?? []).map((datum) => datum.VarCharValue ?? null),
      );
      return { rows };
    } catch (error) {
      return { refused: (error as Error).message };
    }
  }

  for (const { source, about, cases } of PAGES) {
    const page = source.replace(/^.*\//, '').replace('.html', '');
    describe(about === undefined ? page : `${page}: ${about}`, () => {
      test.each(cases)('$sql', async ({ sql, local, because, ...documented }) => {
        expect(local === undefined).toBe(because === undefined);
        const { rows, refused } = local ?? documented;
        const answer = await ask(sql);
        if (refused === undefined) expect(answer).toEqual({ rows });
        else expect(answer.refused).toContain(refused);
      });
    });
  }
});
