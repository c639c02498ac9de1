/**
 * CloudFormation types that the emulator does not know, and why it is enough to record them. Any other unknown type fails
 * the deployment, and so does an entry that no stack needs.
 */
export const recordedTypes: Readonly<Record<string, string>> = {
  'AWS::EC2::FlowLog': 'the emulator has no network',
  'AWS::EC2::SecurityGroupIngress': 'the emulator has no network; tests of the template check the rules',
  'AWS::EC2::SecurityGroupEgress': 'the emulator has no network; tests of the template check the rules',
};

/**
 * What the emulator does differently from AWS, so that these tests are skipped there. The API is also tested on the local
 * appliance, and tests of the template check what it relies on.
 */
export const cannotPass = {
  methodNotAllowed: 'it ignores x-amazon-apigateway-any-method, and treats a wrong method as an unknown path',
  encodedSlash: 'it decodes %2F before it finds the route, so a name with a slash becomes two segments',
  gatewayBodyLimit: 'it does not limit a body to 10 MB',
  packageBuilder: 'it records the builder’s tasks and runs none',
  secretVersionOnce: 'it replaces a version of a secret, where Secrets Manager refuses a second value',
  responseStreaming:
    'it cannot stream the response of an integration, and invokes a function of another name for one',
  functionFailure: 'it returns its own 502 for a function that throws or times out, not a gateway response',
} as const;
