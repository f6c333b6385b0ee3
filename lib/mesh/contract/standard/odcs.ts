import type {
  AuthoritativeDefinition,
  CustomProperty,
  Description,
  Extensible,
  Head,
  Team,
  TeamMember,
} from './common.ts';

/** A server: which members it has depends on its type. */
interface OdcsServer extends Extensible {
  readonly server?: string;
  readonly type?: string;
  readonly environment?: string;
}

interface OdcsQuality extends Extensible {
  readonly type?: string;
  readonly name?: string;
  readonly metric?: string;
  /** The name of `metric` in 3.0. */
  readonly rule?: string;
  readonly dimension?: string;
}

interface OdcsElement extends Extensible {
  readonly name?: string;
  readonly physicalName?: string;
  readonly physicalType?: string;
  readonly description?: string;
  readonly businessName?: string;
  readonly tags?: readonly string[];
  readonly quality?: readonly OdcsQuality[];
  readonly customProperties?: readonly CustomProperty[];
  readonly authoritativeDefinitions?: readonly AuthoritativeDefinition[];
  readonly properties?: readonly OdcsProperty[];
}

/** A column, or what is nested in one. */
export interface OdcsProperty extends OdcsElement {
  readonly logicalType?: string;
  readonly logicalTypeOptions?: Extensible;
  readonly required?: boolean;
  readonly unique?: boolean;
  readonly primaryKey?: boolean;
  readonly primaryKeyPosition?: number;
  readonly partitioned?: boolean;
  readonly partitionKeyPosition?: number;
  readonly classification?: string;
  readonly criticalDataElement?: boolean;
  readonly encryptedName?: string;
  readonly transformLogic?: string;
  readonly examples?: readonly unknown[];
  /** Of an array: one property that describes each element. */
  readonly items?: OdcsProperty;
}

/** A table, topic or document. */
export interface OdcsObject extends OdcsElement {
  readonly logicalType?: string;
  readonly dataGranularityDescription?: string;
}

interface OdcsRole extends Extensible {
  readonly role?: string;
  readonly access?: string;
}

interface OdcsServiceLevel extends Extensible {
  readonly property?: string;
  readonly value?: unknown;
  readonly valueExt?: unknown;
  readonly unit?: string;
  readonly element?: string;
}

/** A whole contract of the Open Data Contract Standard 3.0 or 3.1. */
export interface OdcsContract extends Head {
  readonly kind: 'DataContract';
  readonly dataProduct?: string;
  readonly description?: Description;
  readonly servers?: readonly OdcsServer[];
  readonly schema?: readonly OdcsObject[];
  readonly price?: Extensible;
  /** One team since 3.1, a list of members in 3.0. */
  readonly team?: Team | readonly TeamMember[];
  readonly roles?: readonly OdcsRole[];
  readonly slaDefaultElement?: string;
  readonly slaProperties?: readonly OdcsServiceLevel[];
  readonly contractCreatedTs?: string;
}
