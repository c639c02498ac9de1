import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { tables as definitions, type TableName } from '../contract/resources.ts';

export type TablesProps = {
  readonly key: IKey;
  /** Whether tables cannot be deleted, not even with the stack. */
  readonly protect: boolean;
};

/** A DynamoDB table for each table of the contract. */
export class Tables extends Construct {
  readonly byName: ReadonlyMap<TableName, Table>;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    const names = Object.keys(definitions) as TableName[];
    this.byName = new Map(names.map((name) => [name, this.#table(name, props)]));
  }

  get(name: TableName): Table {
    return this.byName.get(name) as Table;
  }

  /** Returns the ARNs of a table and of its indexes. */
  arns(name: TableName): string[] {
    const { tableArn } = this.get(name);
    return [tableArn, ...definitions[name].indexes.map((index) => `${tableArn}/index/${index}`)];
  }

  #table(name: TableName, { key, protect }: TablesProps): Table {
    const string = (attribute: string) => ({ name: attribute, type: AttributeType.STRING });
    const table = new Table(this, name.charAt(0).toUpperCase() + name.slice(1), {
      partitionKey: string('pk'),
      sortKey: string('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      deletionProtection: protect,
      removalPolicy: protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    for (const index of definitions[name].indexes) {
      table.addGlobalSecondaryIndex({
        indexName: index,
        partitionKey: string(index),
        sortKey: string('sk'),
        projectionType: ProjectionType.ALL,
      });
    }
    return table;
  }
}
