/** A variable of the environment that the command reads. */
export interface Variable {
  readonly name: string;
  readonly what: string;
  /** What holds without it. */
  readonly otherwise: string;
}

/** Every variable that `weft` or the app of the stacks reads by itself. */
export const COMMAND_VARIABLES: readonly Variable[] = [
  { name: 'WEFT_AS', what: 'who you are, as `--as`', otherwise: 'on AWS your own credentials; a local mesh asks' },
  { name: 'WEFT_FOLDER', what: 'the folder of the local mesh, as `--folder`', otherwise: '`.weft`' },
  {
    name: 'WEFT_API_URL',
    what: 'the address of the mesh on AWS: the output `ApiUrl` of the governance stack',
    otherwise: 'the local mesh of the folder',
  },
  {
    name: 'WEFT_MESH',
    what: 'the mesh file, as `--mesh`, outside a repository that has a `mesh.yaml`',
    otherwise: 'the example',
  },
  {
    name: 'WEFT_HISTORY',
    what: '`off`: `weft query` keeps neither a history nor where earlier answers are',
    otherwise: 'it keeps them',
  },
  {
    name: 'WEFT_LOCAL_SYNC',
    what: '`off`: a local mesh forces nothing to the disk, which is quicker; a killed process loses nothing all the same, a machine without power may',
    otherwise: 'files are whole after a power loss, too',
  },
  {
    name: 'WEFT_REQUIRE_AUDIT',
    what: '`1`: `npm run audit` fails when the registry does not say which vulnerabilities are known',
    otherwise: 'it says so and goes on',
  },
  {
    name: 'AWS_REGION',
    what: 'the region of the mesh on AWS',
    otherwise: 'that of the address, else `us-east-1`',
  },
  {
    name: 'AWS_DEFAULT_REGION',
    what: 'the region for `weft doctor`, after `AWS_REGION`',
    otherwise: 'that of the mesh',
  },
  { name: 'AWS_ENDPOINT_URL', what: 'where `weft doctor` asks AWS', otherwise: 'AWS itself' },
  { name: 'AWS_PROFILE', what: 'whose names completion remembers, where nobody else is named', otherwise: 'nobody' },
  { name: 'HOME', what: 'below it history and remembered names are kept', otherwise: 'nothing is kept' },
  { name: 'XDG_DATA_HOME', what: 'where history is kept', otherwise: '`~/.local/share`' },
  { name: 'XDG_CACHE_HOME', what: 'where remembered names are kept', otherwise: '`~/.cache`' },
  { name: 'COLUMNS', what: 'how wide tables may be', otherwise: 'as the terminal; in a pipe as wide as they are' },
  { name: 'USER', what: 'the session name on a local mesh', otherwise: '`me`' },
  { name: 'GITHUB_ACTIONS', what: '`true`: problems are annotations as well', otherwise: 'text alone' },
  { name: 'CI', what: 'set: nothing asks', otherwise: 'a terminal is asked' },
  { name: 'NO_COLOR', what: 'set: no colours', otherwise: 'a terminal has colours' },
  { name: 'FORCE_COLOR', what: 'set and not 0: colours', otherwise: 'a terminal has colours' },
  { name: 'WEFT_LOCAL_DEBUG', what: 'set: failures inside the local AWS are printed', otherwise: 'they are answered' },
];
