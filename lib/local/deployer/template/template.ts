/** Any JSON value of a template. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface ResourceDefinition {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, Json>>;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Json;
}

interface ParameterDefinition {
  readonly Type: string;
  readonly Default?: string | number;
  readonly AllowedValues?: readonly (string | number)[];
  readonly AllowedPattern?: string;
  readonly NoEcho?: boolean | string;
  readonly Description?: string;
}

interface OutputDefinition {
  readonly Value: Json;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: Json };
}

/** A CloudFormation template as `cdk synth` writes it. */
export interface Template {
  readonly Resources?: Readonly<Record<string, ResourceDefinition>>;
  readonly Parameters?: Readonly<Record<string, ParameterDefinition>>;
  readonly Conditions?: Readonly<Record<string, Json>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Json>>>>>>;
  readonly Outputs?: Readonly<Record<string, OutputDefinition>>;
  readonly Rules?: Readonly<Record<string, Json>>;
  readonly Description?: string;
  readonly Metadata?: Json;
  readonly AWSTemplateFormatVersion?: string;
  readonly Transform?: Json;
}

/** The sections of a template that are modelled, or say nothing about what is made. */
export const SECTIONS: ReadonlySet<string> = new Set([
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
]);
