import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Condition, Value, Write } from '../table.ts';
import { toAttributeValue } from './attribute-value.ts';

/**
 * Names and values of the expressions in one request. Every attribute gets a placeholder, because its name may be a
 * reserved word of DynamoDB. Placeholders are created on use, because DynamoDB rejects unused ones.
 */
export class Expression {
  readonly #names = new Map<string, string>();
  readonly #values: AttributeValue[] = [];

  name(attribute: string): string {
    const placeholder = this.#names.get(attribute) ?? `#n${this.#names.size}`;
    this.#names.set(attribute, placeholder);
    return placeholder;
  }

  value(value: Value): string {
    return `:v${this.#values.push(toAttributeValue(value)) - 1}`;
  }

  /** The `ExpressionAttribute…` members of the request. */
  get placeholders() {
    const names = [...this.#names].map(([attribute, placeholder]) => [placeholder, attribute]);
    const values = this.#values.map((value, position) => [`:v${position}`, value]);
    return {
      ...(names.length > 0 && {
        ExpressionAttributeNames: Object.fromEntries(names) as Record<string, string>,
      }),
      ...(values.length > 0 && {
        ExpressionAttributeValues: Object.fromEntries(values) as Record<string, AttributeValue>,
      }),
    };
  }
}

/** Returns a condition that an expired item does not meet. A missing item meets it. */
export function unexpired(expression: Expression, now: number): string {
  const ttl = expression.name('ttl');
  return `(attribute_not_exists(${ttl}) OR ${ttl} > ${expression.value(now)})`;
}

function live(expression: Expression, now: number): string {
  return `attribute_exists(${expression.name('pk')}) AND ${unexpired(expression, now)}`;
}

/** Returns a condition that no live item meets: the item is missing, or expired and not deleted yet. */
function absent(expression: Expression, now: number): string {
  return `attribute_not_exists(${expression.name('pk')}) OR ${expression.name('ttl')} <= ${expression.value(now)}`;
}

/**
 * Returns the conjunction of the conditions, or `undefined` if there are no conditions. Each is in parentheses once:
 * DynamoDB rejects two pairs around one condition.
 */
export function conditionExpression(
  expression: Expression,
  conditions: readonly Condition[],
  now: number,
): string | undefined {
  return (
    conditions.map((condition) => `(${toExpression(expression, condition, now)})`).join(' AND ') || undefined
  );
}

function toExpression(expression: Expression, condition: Condition, now: number): string {
  if (condition === 'absent') return absent(expression, now);
  if (condition === 'present') return live(expression, now);
  const field = expression.name(condition.field);
  if ('equals' in condition) {
    return `${field} = ${expression.value(condition.equals)} AND ${unexpired(expression, now)}`;
  }
  if ('lessThan' in condition) {
    return `${field} < ${expression.value(condition.lessThan)} AND ${unexpired(expression, now)}`;
  }
  return counterBelow(expression, condition.field, condition.counterBelow, now);
}

/** A missing counter counts as 0, and so does the counter of a missing item. Values of two types never compare. */
export function counterBelow(expression: Expression, field: string, bound: number, now: number): string {
  const name = expression.name(field);
  const below = `${name} < ${expression.value(bound)}`;
  if (bound <= 0) return `${below} AND ${unexpired(expression, now)}`;
  return `attribute_not_exists(${name}) OR ${below} OR ${absent(expression, now)}`;
}

export function updateExpression(
  expression: Expression,
  { set = {}, add = {}, remove = [] }: Extract<Write, { readonly update: unknown }>,
): string {
  const assign = ([field, value]: [string, Value]) =>
    `${expression.name(field)} = ${expression.value(value)}`;
  const count = ([field, by]: [string, number]) => `${expression.name(field)} ${expression.value(by)}`;
  const clauses: [keyword: string, parts: string[]][] = [
    ['SET', Object.entries(set).map(assign)],
    ['ADD', Object.entries(add).map(count)],
    ['REMOVE', remove.map((field) => expression.name(field))],
  ];
  return clauses
    .flatMap(([keyword, parts]) => (parts.length > 0 ? `${keyword} ${parts.join(', ')}` : []))
    .join(' ');
}
