import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Checked } from '#mesh/error.ts';
import { landingBucketName } from '#mesh/topology/names.ts';
import { decodeYaml } from '#mesh/yaml/decode.ts';
import { Findings } from '#mesh/yaml/findings.ts';
import { readYaml } from '#mesh/yaml/read.ts';
import type { BufferConfig, CredentialsConfig, EdgeConfig, UploadConfig } from './config.ts';
import { readCredentials } from './credentials.ts';
import { Section } from './section.ts';
import { readSources } from './source.ts';

/** The longest `edge.yaml` that is read, in bytes. */
const MAX_BYTES = 1_000_000;
const KEYS = ['mesh', 'domain', 'account', 'region', 'site', 'group', 'upload', 'buffer', 'credentials', 'sources'];
const WORD = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const SEGMENT = 2 ** 20;
const LEAST_BUFFER = 64 * 2 ** 10;

/**
 * Reads `edge.yaml` and the contracts that it names. Every problem at once, as `WEFT-EDGE-<nnn>` with line and column.
 * @param file as it is shown in problems.
 */
export function readEdgeConfig(file: string, cwd: string): Checked<EdgeConfig> {
  const findings = new Findings('EDGE');
  const path = resolve(cwd, file);
  if (!existsSync(path)) {
    findings.error(1, { file }, `there is no ${file}`, 'name the file of the site with --config');
    return findings.outcome<EdgeConfig>(undefined);
  }
  const limits = { code: 'WEFT-EDGE-001', maxBytes: MAX_BYTES };
  const decoded = decodeYaml(readFileSync(path), { file, ...limits });
  if (!decoded.ok) return decoded;
  const { view, problems } = readYaml({ file, text: decoded.value }, limits);
  findings.add(problems);
  if (view === undefined) return findings.outcome<EdgeConfig>(undefined);
  const folder = dirname(path);
  const root = new Section(view, KEYS, findings);
  const config: EdgeConfig = {
    site: word(root, 'site', 'press-line-1'),
    group: word(root, 'group', 'plant-north'),
    region: root.required('region', 'eu-central-1'),
    upload: readUpload(root, folder),
    buffer: readBuffer(root, folder),
    credentials: credentialsOf(root, folder),
    sources: readSources(root, folder),
  };
  return findings.outcome(config);
}

function word(root: Section, key: string, example: string): string {
  const text = root.required(key, example);
  if (text !== '' && !WORD.test(text)) {
    const fix = `write such words, e.g. ${example}`;
    root.findings.error(5, placeOf(root, key), `"${key}" is "${text}", not lower-case words joined by hyphens`, fix);
  }
  return text;
}

function placeOf(root: Section, key: string) {
  return (root.view.get(key) ?? root.view).place;
}

function readUpload(root: Section, folder: string): UploadConfig {
  const section = root.below('upload', ['bucket', 'every', 'retry', 'grace', 'heartbeat', 'endpoint', 'ca']);
  const ca = section?.text('ca');
  const endpoint = section?.text('endpoint');
  if (ca !== undefined && !existsSync(resolve(folder, ca))) {
    section?.wrong('ca', `names ${ca}, which is not there`, 'name a PEM file', 12);
  }
  section?.address('endpoint');
  return {
    bucket: section?.text('bucket') ?? landing(root),
    every: section?.duration('every', 10_000) ?? 10_000,
    retry: section?.duration('retry', 30_000) ?? 30_000,
    grace: section?.duration('grace', 10_000) ?? 10_000,
    heartbeat: section?.duration('heartbeat', 60_000) ?? 60_000,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(ca === undefined ? {} : { ca: resolve(folder, ca) }),
  };
}

/** The landing bucket of the domain, whose name follows from mesh, domain, account and region. */
function landing(root: Section): string {
  const mesh = root.required('mesh', 'acme');
  const domain = root.required('domain', 'factory');
  const account = root.required('account', '"111122223333"');
  if (account !== '' && !/^\d{12}$/.test(account)) {
    root.wrong('account', `is "${account}"`, 'write its twelve digits in quotation marks');
  }
  return landingBucketName(mesh, domain, account, root.text('region') ?? '');
}

function readBuffer(root: Section, folder: string): BufferConfig {
  const section = root.below('buffer', ['folder', 'maxBytes', 'segmentBytes', 'fsync']);
  const maxBytes = section?.size('maxBytes', 512 * SEGMENT, LEAST_BUFFER) ?? 512 * SEGMENT;
  const segmentBytes = section?.size('segmentBytes', SEGMENT, 1024) ?? SEGMENT;
  if (segmentBytes * 2 > maxBytes) {
    section?.wrong('maxBytes', 'holds not two segments', 'make it larger, or make segmentBytes smaller');
  }
  const fsync = section?.flag('fsync', true) ?? true;
  if (!fsync) {
    const fix = 'leave it out: a loss of power can then lose what the source was told is kept';
    root.findings.warning(4, section?.view.get('fsync')?.place ?? {}, 'the buffer does not wait for the disk', fix);
  }
  return { folder: resolve(folder, section?.text('folder') ?? 'buffer'), maxBytes, segmentBytes, fsync };
}

function credentialsOf(root: Section, folder: string): CredentialsConfig {
  const section = root.below('credentials', ['environment', 'rolesAnywhere']);
  if (section === undefined) {
    if (root.view.get('credentials') === undefined) root.required('credentials', '{ rolesAnywhere: … }');
    return { kind: 'environment' };
  }
  return readCredentials(section, folder);
}
