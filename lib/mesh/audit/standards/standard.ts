import type { EntryKind } from '../kind.ts';

/** Entries that show a control at work. */
export interface EntryWish {
  readonly kinds?: readonly EntryKind[];
  /** A regular expression over the action. */
  readonly action?: string;
}

/** One control of a standard and what of a mesh shows it; policies that name it with `@standard` show it, too. */
export interface ControlSpec {
  /** As the standard numbers it, e.g. `A.5.15`. */
  readonly id: string;
  /** What it asks for, in our words. */
  readonly says: string;
  readonly entries?: EntryWish;
  /** Ids of findings: clear, they show that the control holds; found, that it does not. */
  readonly findings?: readonly string[];
  /** It rests on the log's being whole. */
  readonly log?: true;
}

/** A standard, as far as a data mesh has something to show for it. */
export interface Standard {
  /** As policies name it in `@standard`, e.g. `ISO27001:2022`. */
  readonly name: string;
  readonly title: string;
  /** Other names that `--for` takes, in lower case. */
  readonly aliases: readonly string[];
  readonly controls: readonly ControlSpec[];
}

export const GRANTING: EntryWish = {
  action:
    '^Subscription(Requested|ApprovalGiven|Approved|Rejected|Activated|Revoking|Revoked|Expired|Renewed|Certified)$|^Entitlement',
};
export const PUBLISHING: EntryWish = { action: '^(Product|Schema)' };
/** A hold, or what stood in the way, shows that data stayed: that it went is shown by nothing else. */
export const DISPOSING: EntryWish = { action: '^(DisposalAnnounced|DataDisposed)$' };
export const GOVERNING: EntryWish = { action: '^Policy' };
export const REFUSING: EntryWish = { kinds: ['denied'] };
export const WATCHING: EntryWish = { kinds: ['drift', 'denied', 'failure'] };
export const PROVING: EntryWish = { kinds: ['applied', 'read-back'] };
