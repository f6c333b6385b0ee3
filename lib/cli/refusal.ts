import { userError, type WeftError } from '#mesh/error.ts';

/** What a path of a user's can be told by the system; anything else is a bug. */
const FILE_REFUSALS: Readonly<Record<string, string>> = {
  EISDIR: 'a folder is where a file has to be',
  ENOTDIR: 'a file is where a folder has to be',
  EEXIST: 'a file is where a folder has to be',
  ENOENT: 'there is no such file or folder',
  EACCES: 'the system does not let you',
  EPERM: 'the system does not let you',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/**
 * What AWS or the file system refused the user, as an error of the user's: a role that may not, a path that cannot be written. Undefined for anything else,
 * which is a bug.
 */
export function refusalOf(error: unknown): WeftError | undefined {
  const { name, message, code, syscall, path } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  if (/^AccessDenied(?:Exception)?$/.test(name ?? '')) {
    return userError('WEFT-CLI-007', message ?? '', {
      hint: 'AWS refused it: take a role that may, with --as; what is below weft audit is asked as governance/auditor',
    });
  }
  const why = FILE_REFUSALS[code ?? ''];
  if (why === undefined || syscall === undefined) return undefined;
  return userError(
    'WEFT-CLI-090',
    `${syscall === 'read' ? 'a file' : JSON.stringify(path ?? syscall)} cannot be ${syscall === 'mkdir' ? 'made' : 'opened'}: ${why}`,
    {
      hint: 'name another path; a folder to write into has to be there',
    },
  );
}
