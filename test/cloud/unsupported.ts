/**
 * CloudFormation types that the emulator does not know, and why the test loses little by having them recorded
 * only. Any other type that it does not know fails the deployment, and so does an entry that no stack needs.
 */
export const recordedTypes: Readonly<Record<string, string>> = {
  'AWS::EC2::FlowLog': 'the emulator has no network that anything could flow through',
  'AWS::EC2::SecurityGroupIngress': 'the emulator has no network; the rules are asserted on the template',
  'AWS::EC2::SecurityGroupEgress': 'the emulator has no network; the rules are asserted on the template',
};

/**
 * What the emulator does otherwise than AWS, so that tests of it are skipped there. What the API does is tested on
 * the local appliance too, and what it rests on is asserted on the template.
 */
export const cannotPass = {
  methodNotAllowed:
    'it imports no x-amazon-apigateway-any-method: a wrong method is answered as an unknown path',
  encodedSlash: 'it decodes %2F before it looks for the route, so a name with a slash becomes two segments',
  gatewayBodyLimit: 'it has no limit of 10 MB on a body',
  packageBuilder: 'the stack starts no builder there: it records tasks and runs none',
  secretVersionOnce: 'it replaces a version of a secret, where Secrets Manager refuses another value for it',
  functionFailure:
    'a function that throws or times out is answered with its own 502, not by a gateway response',
} as const;
