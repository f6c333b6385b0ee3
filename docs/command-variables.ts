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
    name: 'AWS_REGION',
    what: 'the region of the mesh on AWS',
    otherwise: 'that of the address, else `us-east-1`',
  },
  { name: 'USER', what: 'the session name on a local mesh', otherwise: '`me`' },
  { name: 'GITHUB_ACTIONS', what: '`true`: problems are annotations as well', otherwise: 'text alone' },
  { name: 'CI', what: 'set: nothing asks', otherwise: 'a terminal is asked' },
  { name: 'NO_COLOR', what: 'set: no colours', otherwise: 'a terminal has colours' },
  { name: 'FORCE_COLOR', what: 'set and not 0: colours', otherwise: 'a terminal has colours' },
  { name: 'WEFT_LOCAL_DEBUG', what: 'set: failures inside the local AWS are printed', otherwise: 'they are answered' },
];
