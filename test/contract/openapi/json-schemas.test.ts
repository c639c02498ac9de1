import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { exampleOf } from '../../../contract/openapi/examples.ts';
import { jsonSchemas } from '../../../contract/openapi/json-schemas.ts';
import { text } from '../../../contract/schemas.ts';

const Part = z.object({ size: z.int().min(0) }).meta({ id: 'Part' });

describe('JSON Schema of zod schemas', () => {
  it('refers to what has an id, wherever it stands', () => {
    const { requests, responses, components } = jsonSchemas(
      { one: z.strictObject({ part: Part.optional() }) },
      { many: z.array(Part) },
    );
    const ref = { $ref: '#/components/schemas/Part' };
    expect(requests.one?.properties?.part).toEqual(ref);
    expect(responses.many?.items).toEqual(ref);
    expect(components).toEqual({
      Part: {
        type: 'object',
        properties: { size: { type: 'integer', minimum: 0 } },
        required: ['size'],
      },
    });
  });

  it('keeps a strict object closed and leaves any other open', () => {
    const { responses } = jsonSchemas({}, { open: z.object({}), closed: z.strictObject({}) });
    expect(responses.open).not.toHaveProperty('additionalProperties');
    expect(responses.closed?.additionalProperties).toBe(false);
  });

  it('refuses an id whose schema reads differently in requests and in responses', () => {
    const Uneven = z.object({ size: z.number().default(1) }).meta({ id: 'Uneven' });
    expect(() => jsonSchemas({ a: Uneven }, { b: Uneven })).toThrow('schema Uneven');
  });

  it('tells the bytes that text may have', () => {
    const { requests } = jsonSchemas({ text: text(7) }, {});
    expect(requests.text).toMatchObject({ type: 'string', maxLength: 7, 'x-maxBytes': 7 });
  });

  it('takes a property named like a keyword for a property', () => {
    const { requests } = jsonSchemas({ odd: z.object({ example: z.string(), $ref: z.string() }) }, {});
    expect(requests.odd?.properties).toEqual({ example: { type: 'string' }, $ref: { type: 'string' } });
  });
});

describe('an example', () => {
  it('is the schema’s own before any other', () => {
    expect(exampleOf({ type: 'string', examples: ['mine'], default: 'other' }, {})).toBe('mine');
  });

  it('is put together from those of its parts', () => {
    const schema = {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time' },
        part: { $ref: '#/components/schemas/Part' },
        skipped: { type: 'string' },
        told: { type: 'string', examples: ['me'] },
      },
      required: ['at', 'part'],
    };
    const Part = { type: 'array', items: { type: 'integer', minimum: 3 }, minItems: 2 };
    expect(exampleOf(schema, { Part })).toEqual({
      at: '2026-03-17T12:34:56.789Z',
      part: [3, 3],
      told: 'me',
    });
  });

  it('is missing where a required part cannot be made up', () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string', pattern: '^[A-Z]{9}$' } },
      required: ['name'],
    };
    expect(exampleOf(schema, {})).toBeUndefined();
  });
});
