/** What both standards share. Every object may hold more than is named here: later versions add, and nothing is lost. */
export interface Extensible {
  readonly [extension: string]: unknown;
}

export interface CustomProperty extends Extensible {
  readonly property?: string;
  readonly value?: unknown;
}

export interface AuthoritativeDefinition extends Extensible {
  readonly url?: string;
  readonly type?: string;
  readonly description?: string;
}

/** Both standards' description: purpose, limits and use. */
export interface Description extends Extensible {
  readonly purpose?: string;
  readonly limitations?: string;
  readonly usage?: string;
}

export interface TeamMember extends Extensible {
  readonly username?: string;
  readonly name?: string;
  readonly role?: string;
  readonly dateIn?: string;
  readonly dateOut?: string;
  readonly replacedByUsername?: string;
}

export interface Team extends Extensible {
  readonly name?: string;
  readonly members?: readonly TeamMember[];
}

export interface SupportChannel extends Extensible {
  readonly channel?: string;
  readonly url?: string;
  readonly tool?: string;
  readonly scope?: string;
}

/** The members of a document's head. */
export interface Head extends Extensible {
  readonly apiVersion: string;
  readonly id?: string;
  readonly name?: string;
  readonly version?: string;
  readonly status?: string;
  readonly domain?: string;
  readonly tenant?: string;
  readonly tags?: readonly string[];
  readonly customProperties?: readonly CustomProperty[];
  readonly authoritativeDefinitions?: readonly AuthoritativeDefinition[];
  readonly support?: readonly SupportChannel[];
}
