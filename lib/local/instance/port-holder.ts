import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';

/** Who listens on a TCP port of this machine, e.g. `node (process 123)`, as far as `/proc` tells; undefined when it does not. */
export function portHolder(port: number): string | undefined {
  const inode = listeningInode(port);
  if (inode === undefined) return undefined;
  for (const pid of entries('/proc').filter((name) => /^\d+$/.test(name))) {
    const holds = entries(`/proc/${pid}/fd`).some((fd) => link(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`);
    if (holds) return `${text(`/proc/${pid}/comm`).trim()} (process ${pid})`;
  }
  return undefined;
}

/** Rows of `/proc/net/tcp`: local address `hex:hex` second, state fourth, inode tenth (proc_net_tcp of the kernel's documentation). */
function listeningInode(port: number): string | undefined {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const row of text(file).split('\n').slice(1)) {
      const columns = row.trim().split(/\s+/);
      if (columns[1]?.endsWith(`:${wanted}`) && columns[3] === LISTENING) return columns[9];
    }
  }
  return undefined;
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
