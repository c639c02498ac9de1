import type { Json, Resource, Synthesis } from './synthesis.ts';

export type Statement = {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** ARNs as text, with names in place of references: `Tables/Audit/index/orgId`. */
  readonly resources: readonly string[];
  readonly condition: unknown;
};

type RawStatement = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
};

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** Returns a value of the template as text, with references replaced by the paths of their resources. */
export function textOf({ template }: Synthesis, value: unknown): string {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument] = []] = Object.entries(value as Record<string, Json>);
  if (intrinsic === 'Fn::Join')
    return argument[1].map((part: unknown) => textOf({ template } as Synthesis, part)).join('');
  const id = intrinsic === 'Fn::GetAtt' ? argument[0] : argument;
  const resource = template.Resources[id];
  return resource ? pathOf(resource) : String(id);
}

/** Returns the path of a resource: `Strongroom/Tables/Audit/Resource` is `Tables/Audit`. */
export function pathOf(resource: Resource): string {
  const path = resource.Metadata['aws:cdk:path'];
  return path
    .split('/')
    .slice(1)
    .filter((part) => part !== 'Resource')
    .join('/');
}

export function statementsOf(
  synthesis: Synthesis,
  document: { readonly Statement: readonly RawStatement[] },
): Statement[] {
  return document.Statement.map(({ Effect, Action, Resource, Condition }) => ({
    effect: Effect,
    actions: list(Action),
    resources: list(Resource).map((resource) => textOf(synthesis, resource)),
    condition: Condition,
  }));
}

/** Returns every statement that is attached to a role, with the path of its role or policy. */
export function roleStatements(
  synthesis: Synthesis,
): readonly { readonly holder: string; readonly statement: Statement }[] {
  const inline = synthesis
    .ofType('AWS::IAM::Role')
    .flatMap(([, role]) =>
      (role.Properties.Policies ?? []).map(
        (policy: { PolicyDocument: never }) => [role, policy.PolicyDocument] as const,
      ),
    );
  const attached = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => synthesis.ofType(type))
    .map(([, policy]) => [policy, policy.Properties.PolicyDocument] as const);
  return [...inline, ...attached].flatMap(([resource, document]) =>
    statementsOf(synthesis, document).map((statement) => ({ holder: pathOf(resource), statement })),
  );
}
