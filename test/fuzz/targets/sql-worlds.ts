import { readWorld, type WorldData } from '../../local/athena/world.ts';

/** Which of two meshes: they differ in nothing but what the role may not see. */
export type Side = 'left' | 'right';
export type Role = 'analyst' | 'patchwork' | 'columns-only' | 'nobody' | 'engineer';

export const ROLES: readonly Role[] = ['analyst', 'patchwork', 'columns-only', 'nobody', 'engineer'];
/** Stands in withheld texts only. */
export const CANARY = /CANARY|98765432\d{3}/i;

const BASE = readWorld(new URL('../../cases/enforcement/world.yaml', import.meta.url));

/** The mesh of the enforcement cases with other data: what is withheld from the role is a canary, and another one on each side. */
export function worldFor(role: Role, side: Side): WorldData {
  const right = side === 'right';
  const word = (name: string) => `CANARY-${name}-${right ? 'ro' : 'sparr'}`;
  const number = (last: number) => String(98765432000 + last + (right ? 500 : 0));
  const small = (left: number, other: number) => String(right ? other : left);
  const none = role === 'nobody' || role === 'engineer';
  const texts: Record<string, string> = {
    strikes: none ? hidden(word, number, right) : STRIKES[role](word, number, small, right),
    sealed: `id,word\n1,${word('sealed')}\n${right ? '2,CANARY-more\n' : ''}`,
    gold: `id\n${small(7, 8)}\n`,
    sightings:
      role === 'analyst'
        ? SIGHTINGS.map((line, index) => `${line}, "secret": "${word(`secret-${index}`)}"}`).join('\n')
        : `{"id": ${small(1, 2)}, "tags": ["${word('tag')}"], "place": {"state": "${word('state')}"}, "secret": "${word('s')}"}\n`,
    ...(role === 'analyst' || role === 'columns-only' || role === 'engineer'
      ? {}
      : { airports: `iata,name,state,latitude\nDFW,${word('airport')},Texas,${small(1, 2)}.5\n` }),
    ...(role === 'analyst' || role === 'engineer' ? {} : { notes: `strike_id,note\n${small(1, 2)},${word('note')}\n` }),
  };
  return {
    ...BASE,
    tables: BASE.tables.map((table) => {
      if (table.name === 'yearly' && table.parts !== undefined) return { ...table, parts: yearly(role, right) };
      const data = texts[table.name];
      return data === undefined || table.data === undefined ? table : { ...table, data };
    }),
  };
}

type Word = (name: string) => string;
type Numbers = (last: number) => string;
type Small = (left: number, right: number) => string;
type Strikes = (word: Word, number: Numbers, small: Small, right: boolean) => string;

const HEAD = 'strike_id,state,species,speed,flight_date,cost';

const STRIKES: Readonly<Record<'analyst' | 'patchwork' | 'columns-only', Strikes>> = {
  // Rows of Texas and Ohio without their cost.
  analyst: (word, number, small, right) =>
    [
      HEAD,
      `1,Texas,Gull,120,2001-01-01,${number(1)}`,
      `2,Texas,"Hawk, red-tailed",,2001-01-02,${number(2)}`,
      `${small(41, 42)},Iowa,${word('a')},${small(777, 888)},${right ? '1901-01-01' : '2099-12-31'},${number(3)}`,
      `3,Ohio,Gull,90,2001-02-03,${number(4)}`,
      `6,\\N,${word('b')},200,2001-03-06,${number(6)}`,
      ...(right ? [`7,${word('c')},${word('d')},200,2001-03-06,${number(7)}`] : []),
      '',
    ].join('\n'),
  // Of Texas the species, of what was fast elsewhere the speed.
  patchwork: (word, number, small, right) =>
    [
      HEAD,
      `1,Texas,Gull,${small(777, 888)},2001-01-01,${number(1)}`,
      `2,Texas,"Hawk, red-tailed",,${right ? '1901-01-01' : '2099-12-31'},${number(2)}`,
      `4,Iowa,${word('a')},150,2001-02-04,${number(3)}`,
      `6,\\N,${word('b')},200,2001-03-06,${number(6)}`,
      `${small(31, 32)},Ohio,${word('c')},${small(90, 91)},2001-02-03,${number(4)}`,
      ...(right ? [`7,${word('c')},${word('d')},20,2001-03-06,${number(7)}`] : []),
      '',
    ].join('\n'),
  // Four columns of every row.
  'columns-only': (_word, number, _small, right) =>
    [
      HEAD,
      `1,Texas,Gull,120,${right ? '1901-01-01' : '2099-12-31'},${number(1)}`,
      `4,Iowa,Sparrow,150,2001-02-04,${number(2)}`,
      `6,\\N,Owl,,2001-03-06,${number(3)}`,
      '',
    ].join('\n'),
};

function hidden(word: Word, number: Numbers, right: boolean): string {
  const row = (id: number) => `${id},${word('state')},${word('species')},${id},2001-01-01,${number(id)}`;
  return `${HEAD}\n${row(1)}\n${right ? `${row(2)}\n` : ''}`;
}

const SIGHTINGS = [
  '{"id": 1, "Tags": ["red", "small"], "place": {"State": "Texas", "city": "Dallas"}',
  '{"id": 2, "tags": [], "place": {"state": "Ohio", "city": "Cleveland"}',
  '{"id": 3, "tags": ["grey"], "place": null',
];

/** An analyst sees Texas of 2001. */
function yearly(role: Role, right: boolean): Record<string, string> {
  return {
    'year=2001/state=Texas': `amount\n${role === 'analyst' || !right ? 10 : 11}\n`,
    'year=2001/state=Iowa': `amount\n${right ? 777 : 888}\n`,
    [`year=2002/state=${right ? 'Texas' : 'Iowa'}`]: `amount\n${right ? 40 : 41}\n`,
  };
}
