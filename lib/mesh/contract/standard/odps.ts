import type { AuthoritativeDefinition, CustomProperty, Description, Extensible, Head, Team } from './common.ts';

interface Port extends Extensible {
  readonly name?: string;
  readonly version?: string;
  readonly contractId?: string;
}

interface OutputPort extends Port {
  readonly description?: string;
  readonly type?: string;
  readonly sbom?: readonly Extensible[];
  readonly inputContracts?: readonly Extensible[];
  readonly customProperties?: readonly CustomProperty[];
  readonly authoritativeDefinitions?: readonly AuthoritativeDefinition[];
}

/** A whole data product of the Open Data Product Standard 1.0. */
export interface OdpsProduct extends Head {
  readonly kind: 'DataProduct';
  readonly description?: Description;
  readonly inputPorts?: readonly Port[];
  readonly outputPorts?: readonly OutputPort[];
  readonly managementPorts?: readonly Extensible[];
  readonly team?: Team;
  readonly productCreatedTs?: string;
}
