import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Files of a certificate and of its key, and the certificate as PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
  readonly pem: string;
  readonly keyPem: string;
}

/** An authority of a test's own. */
export interface Authority extends Issued {
  /** Issues a certificate. */
  issue(subject: string, options?: IssueOptions): Issued;
  /** Issues the certificate of an authority that may issue others. */
  intermediate(subject: string): Authority;
}

export interface IssueOptions {
  readonly kind?: 'ec' | 'rsa';
  /** Negative: it expired so many days ago. Default 30. */
  readonly days?: number;
}

/** What is missing to issue certificates, or undefined. */
export function opensslMissing(): string | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'there is no openssl on the PATH';
  }
}

/** Makes an authority that signs itself, e.g. `/O=Acme/CN=Acme devices`. */
export function createAuthority(subject: string): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'weft-certificates-'));
  const own = paths(folder, 'authority');
  openssl(
    'req',
    '-x509',
    ...newKey('ec'),
    '-keyout',
    own.key,
    '-out',
    own.certificate,
    '-days',
    '3650',
    '-subj',
    subject,
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  );
  return authority(folder, own);
}

function authority(folder: string, own: ReturnType<typeof paths>): Authority {
  let issued = 0;
  const issue = (subject: string, { kind = 'ec', days = 30 }: IssueOptions, isAuthority: boolean) => {
    issued += 1;
    const files = paths(folder, `${basename(own.key, '.key')}-${issued}`);
    const request = join(folder, 'request.csr');
    const extensions = join(folder, 'extensions');
    const usage = isAuthority
      ? 'CA:TRUE\nkeyUsage=critical,keyCertSign'
      : 'CA:FALSE\nkeyUsage=critical,digitalSignature';
    writeFileSync(extensions, `basicConstraints=critical,${usage}\nsubjectAltName=IP:127.0.0.1,DNS:localhost\n`);
    openssl('req', '-new', ...newKey(kind), '-keyout', files.key, '-out', request, '-subj', subject);
    openssl(
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      own.certificate,
      '-CAkey',
      own.key,
      '-CAcreateserial',
      '-days',
      String(days),
      '-extfile',
      extensions,
      '-out',
      files.certificate,
    );
    return files;
  };
  return {
    ...readIssued(own),
    issue: (subject, options = {}) => readIssued(issue(subject, options, false)),
    intermediate: (subject) => authority(folder, issue(subject, {}, true)),
  };
}

function newKey(kind: 'ec' | 'rsa'): string[] {
  return ['-nodes', '-newkey', ...(kind === 'ec' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['rsa:2048'])];
}

function paths(folder: string, name: string) {
  return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
}

function readIssued(files: { readonly certificate: string; readonly key: string }): Issued {
  return { ...files, pem: readFileSync(files.certificate, 'utf8'), keyPem: readFileSync(files.key, 'utf8') };
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
