import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, test } from 'vitest';
import type { Synthesis } from './synthesis.ts';

type Acknowledged = { readonly path: string; readonly id: string; readonly reason: string };

/** Findings that the code acknowledges, and where. */
function acknowledged(construct: IConstruct): Acknowledged[] {
  return construct.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries(data as Record<string, string>).map(([id, reason]) => ({
          path: node.path,
          id: id.replace(/^annotation::/i, ''),
          reason,
        })),
      ),
  );
}

export function nagSuite(synthesis: () => Synthesis): void {
  describe('cdk-nag, AwsSolutions', () => {
    test('reports nothing without an explanation', () => {
      expect(new AwsSolutionsChecks().validateScope(synthesis().app).violations).toEqual([]);
    });

    test('has a reason for each explanation, and reports each explained finding', () => {
      const checks = new AwsSolutionsChecks();
      Object.defineProperty(checks, 'isAcknowledged', { value: () => false });
      const found = checks
        .validateScope(synthesis().app)
        .violations.flatMap(({ ruleName, violatingResources }) =>
          violatingResources.map(({ constructPath = '' }) => ({ ruleName, constructPath })),
        );
      const explained = acknowledged(synthesis().app).filter(({ id }) => id.startsWith('AwsSolutions-'));
      expect(explained.length).toBeGreaterThan(0);
      for (const { path, id, reason } of explained) {
        expect(reason.length).toBeGreaterThan(30);
        const meant = found.filter(
          ({ ruleName, constructPath }) => ruleName === id && constructPath.startsWith(path),
        );
        expect(meant, `${path} ${id}`).not.toEqual([]);
      }
    });
  });
}
