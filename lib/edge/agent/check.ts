import type { Way } from '#aws/signed-request.ts';
import { userError } from '#mesh/error.ts';
import type { EdgeConfig, InputConfig } from '../config/config.ts';
import { groupOf, readDevice } from '../credentials/device.ts';
import { keyringOf } from '../credentials/provider.ts';
import { landingOf } from '../upload/landing.ts';
import { trialKey } from '../upload/objects.ts';
import { troubleOf } from './trouble.ts';

/** What an agent would do, and as whom. */
export interface Checked {
  readonly site: string;
  readonly group: string;
  readonly bucket: string;
  readonly buffer: string;
  readonly sources: readonly {
    readonly source: string;
    readonly reads: string;
    readonly into: string;
    readonly columns: readonly string[];
  }[];
  readonly certificate?: { readonly subject: string; readonly until: string };
  /** Only when it was tried. */
  readonly link?: 'up';
}

/**
 * Looks at the certificate and, with `link`, at the way to AWS.
 * @throws WeftError `WEFT-EDGE-022` to `-026` for what would keep the agent from sending.
 */
export async function runCheck(
  config: EdgeConfig,
  send: Way['requestHandler'],
  now: number,
  link: boolean,
): Promise<Checked> {
  const { site, group, upload, buffer, region } = config;
  const certificate = certificateOf(config, now);
  const checked = {
    site,
    group,
    bucket: upload.bucket,
    buffer: buffer.folder,
    sources: config.sources.map(({ name, prefix, input, rows }) => ({
      source: name,
      reads: placeOf(input),
      into: `${prefix}${group}/${site}/`,
      columns: rows.columns.map(({ column }) => column),
    })),
    ...(certificate === undefined ? {} : { certificate }),
  };
  if (!link) return checked;
  const keys = keyringOf(config, send, () => now);
  const way = { region, credentials: () => keys.get(), endpoint: upload.endpoint, requestHandler: send };
  try {
    const body = `${JSON.stringify({ site, group, at: new Date(now).toISOString() })}\n`;
    await landingOf(way, upload.bucket).put(trialKey(group, site), body);
  } catch (error) {
    const { code, message } = troubleOf(error);
    throw userError(code, message, { hint: 'the agent would buffer, and try again until it is let in' });
  }
  return { ...checked, link: 'up' };
}

function certificateOf({ credentials, group }: EdgeConfig, now: number): Checked['certificate'] {
  if (credentials.kind !== 'roles-anywhere') return undefined;
  const device = readDevice(credentials, now);
  const unit = groupOf(device);
  if (unit !== group) {
    throw userError('WEFT-EDGE-023', `the certificate is of the group ${unit ?? 'nobody'}, and the site of ${group}`, {
      hint: 'the group is the OU of the certificate: S3 takes nothing for another one',
    });
  }
  const { subject, validToDate } = device.certificate;
  return { subject: subject.replaceAll('\n', ', '), until: validToDate.toISOString() };
}

function placeOf(input: InputConfig): string {
  if (input.kind === 'files') return `${input.folder}/${input.pattern}`;
  return input.kind === 'sql' ? new URL(input.url).host : `${input.topics.join(' ')} of ${new URL(input.url).host}`;
}
